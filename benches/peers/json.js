// How fast a package of npm makes JSON of an EDI file: megabytes per second of processor time, the best round.
//
//     NODE_PATH=.tools/node/node_modules node json.js PACKAGE FILE
'use strict'

const fs = require('node:fs')
const { Readable } = require('node:stream')

const makers = {
  // The whole interchange in the package's own simplified notation.
  'node-x12': text => {
    const { X12Parser } = require('node-x12')
    return JSON.stringify(new X12Parser(true).parse(text).toJSON())
  },
  // An object for each segment.
  'x12-parser': async text => {
    const { X12parser } = require('x12-parser')
    let length = 0
    for await (const segment of Readable.from([Buffer.from(text)]).pipe(new X12parser())) {
      length += JSON.stringify(segment).length
    }
    return length
  },
  // An object for each segment, out of the package's events.
  edifact: text => {
    const { Parser } = require('edifact')
    const parser = new Parser()
    // It starts with UNOA, which has no lower case.
    parser.encoding('UNOC')
    const segments = []
    parser.onopensegment = name => segments.push({ name, elements: [] })
    parser.onelement = () => segments.at(-1).elements.push([])
    parser.oncomponent = value => segments.at(-1).elements.at(-1).push(value)
    parser.write(text)
    parser.end()
    return JSON.stringify(segments)
  }
}

async function main ([name, path]) {
  const text = fs.readFileSync(path, 'latin1')
  // Interchange by interchange, as these packages are meant.
  const interchanges = text.split(/(?=ISA\*|UNB\+)/).filter(Boolean)
  let best = Infinity
  const start = process.cpuUsage()
  do {
    const before = process.cpuUsage()
    for (const interchange of interchanges) await makers[name](interchange)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, user + system)
  } while (process.cpuUsage(start).user < 4e6)
  console.log(text.length / best)
}

main(process.argv.slice(2))
