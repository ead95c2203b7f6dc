import { Command } from 'commander'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { serveCommand } from './serve.ts'

/** The command line with all its commands. */
export function program(): Command {
  return new Command('boomgate')
    .description('WeChat Pay Score Parking (APIv3) as software anyone can run')
    .addCommand(serveCommand())
    .addCommand(explainCommand())
    .addCommand(doctorCommand())
}
