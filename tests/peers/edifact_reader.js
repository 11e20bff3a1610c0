// npm edifact, an independent reader of EDIFACT with segment tables of its own.
//
//     edifact_reader.js   paths on standard input, a line each; a line of JSON goes out for each: {"path", "segments":
//                         [[tag, [component, ...], ...], ...], "complaints": [what does not fit its definitions, or its
//                         segment table where it has one of the message]}

'use strict';

const fs = require('fs');
const path = require('path');
const edifact = path.join(__dirname, '../../.tools/node/node_modules/edifact');
const { Parser, Tracker, Validator } = require(edifact);
const ENVELOPE = ['UNB', 'UNZ'];

function read(file) {
  const text = fs.readFileSync(file, 'latin1');
  const segments = [];
  const complaints = parse(text, undefined, segments);
  const validator = new Validator();
  validator.define(require(path.join(edifact, 'segments.js')));
  validator.define(require(path.join(edifact, 'elements.js')));
  // It stops at the first that does not fit its definitions.
  complaints.push(...parse(text, validator, []), ...misplaced(segments));
  return { segments, complaints };
}

function parse(text, validator, segments) {
  const parser = new Parser(validator);
  parser.encoding('UNOC');
  parser.on('opensegment', tag => segments.push([tag]));
  parser.on('element', () => segments.at(-1).push([]));
  parser.on('component', text => segments.at(-1).at(-1).push(text));
  try {
    parser.write(text);
    parser.end();
    return [];
  } catch (error) {
    return [`${last(segments)}: ${error.message}`];
  }
}

function last(segments) {
  return segments.length === 0 ? 'the start' : `${segments.at(-1)[0]} (segment ${segments.length})`;
}

function misplaced(segments) {
  const complaints = [];
  const unh = segments.find(([tag]) => tag === 'UNH');
  const table = path.join(edifact, 'messages', `${unh[2][0]}.json`);
  if (!fs.existsSync(table)) {
    return complaints;
  }
  const tracker = new Tracker(JSON.parse(fs.readFileSync(table, 'utf8')));
  let at = '';
  tracker.on('error', error => complaints.push(`${at} stands wrong: ${(error.error ?? error).message ?? error}`));
  segments.forEach(([tag], index) => {
    at = `${tag} (segment ${index + 1})`;
    if (!ENVELOPE.includes(tag)) {
      tracker.accept(tag);
    }
  });
  return complaints;
}

for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(line => line !== '')) {
  console.log(JSON.stringify({ path: line, ...read(line) }));
}
