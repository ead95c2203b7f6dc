#!/usr/bin/env node
import { Command } from 'commander'
import { serveCommand } from './serve.ts'

await new Command('boomgate')
  .description('WeChat Pay Score Parking (APIv3) as software anyone can run')
  .addCommand(serveCommand())
  .parseAsync()
