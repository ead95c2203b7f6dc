import { neededNode } from '../needed-node.js'

// Imported first, so that a Node that is too old says so in place of what it fails at.

const needed = neededNode()
if (needed !== undefined) throw new Error(needed)
