import { parkings } from './parkings.ts'
import { plates } from './plates.ts'

export const admin = [...plates, ...parkings]
