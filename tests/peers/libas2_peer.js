// npm's libas2 as a partner that serves and sends (peer.py says how it is spoken to).
//
// Node 20.11 and later refuse PKCS #1 v1.5 decryption: run with --security-revert=CVE-2023-46809. libas2's own signed
// receipt verifies nowhere (it is signed without its last line end and closed with the wrong boundary), so its MIME is put
// together here around libas2's signature.
const fs = require('fs'), http = require('http'), path = require('path'), crypto = require('crypto'), readline = require('readline');
const home = path.join(__dirname, '../../.tools/libas2/node_modules/libas2');
const { AS2Composer, AS2Parser } = require(home);
const { AS2SignedData } = require(path.join(home, 'dist/src/AS2Crypto/AS2SignedData'));

const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].slice(2)] = process.argv[i + 1];
const pem = name => fs.readFileSync(options[name], 'utf8');
const own = `http://127.0.0.1:${options.port}`;
const say = what => process.stdout.write(JSON.stringify(what) + '\n');
const ciphers = { 'aes-128-cbc': 'aes128-CBC', 'aes-192-cbc': 'aes192-CBC', 'aes-256-cbc': 'aes256-CBC' };
const receipts = [], waiting = [];

function agreement (wish) {
  const receipt = { async: wish.receipt === 'async', signing: wish.digest };
  return {
    host: {
      name: options.name, id: options.name, url: `${own}/receipt`, certificate: pem('cert'), privateKey: pem('key'),
      decrypt: true, sign: wish.form.includes('S') ? wish.digest : false, mdn: receipt
    },
    partner: {
      name: options.gateway, id: options.gateway, url: options['gateway-url'], file: 'EDIX12', certificate: pem('gateway-cert'),
      encrypt: wish.form.includes('E') ? ciphers[wish.cipher] : false, verify: wish.verify !== false, mdn: { async: false, signing: wish.digest }
    }
  };
}

async function whole (stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

// One MIME message in bytes: libas2's other form would decode the body as UTF-8, and without a transfer encoding its parser
// assumes 7bit.
function mime (rawHeaders, body) {
  let head = '';
  for (let i = 0; i < rawHeaders.length; i += 2) head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  if (!/^content-transfer-encoding:/im.test(head)) head += 'Content-Transfer-Encoding: binary\r\n';
  return Buffer.concat([Buffer.from(head + '\r\n', 'latin1'), body]);
}

function post (url, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers: { ...headers, 'Content-Length': body.length } }, async answer =>
      resolve({ status: answer.statusCode, rawHeaders: answer.rawHeaders, body: await whole(answer) }));
    request.on('error', reject);
    request.end(body);
  });
}

async function receiptOf (disposition, digest) {
  const outer = crypto.randomBytes(12).toString('hex'), inner = crypto.randomBytes(12).toString('hex');
  const report = Buffer.from(
    `Content-Type: multipart/report; report-type=disposition-notification; boundary="${inner}"\r\n\r\n--${inner}\r\n` +
    `Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\n${disposition.explanation.trim()}\r\n--${inner}\r\n` +
    'Content-Type: message/disposition-notification\r\nContent-Transfer-Encoding: 7bit\r\n\r\n' +
    `${disposition.notification.toString()}\r\n--${inner}--\r\n`);
  const der = await new AS2SignedData(report).sign({ cert: pem('cert'), key: pem('key'), algorithm: digest });
  const body = Buffer.concat([Buffer.from(`--${outer}\r\n`), report, Buffer.from(
    `\r\n--${outer}\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n\r\n` +
    `${der.toString('base64').replace(/(.{76})/g, '$1\r\n')}\r\n--${outer}--\r\n`)]);
  const kind = `multipart/signed; protocol="application/pkcs7-signature"; micalg=${digest}; boundary="${outer}"`;
  return {
    headers: {
      'MIME-Version': '1.0', 'Message-ID': disposition.messageId, 'AS2-From': options.name, 'AS2-To': options.gateway,
      'AS2-Version': '1.0', 'Content-Type': kind
    },
    body
  };
}

async function receive (request, response) {
  const body = await whole(request);
  if (request.url === '/receipt') {
    response.writeHead(200, { 'Content-Length': 0 });
    response.end();
    const taker = waiting.shift();
    return taker ? taker({ rawHeaders: request.rawHeaders, body }) : receipts.push({ rawHeaders: request.rawHeaders, body });
  }
  try {
    const asked = /signed-receipt-micalg\s*=\s*\w+\s*,\s*([\w-]+)/i.exec(request.headers['disposition-notification-options'] || '');
    const digest = asked ? asked[1].toLowerCase().replace(/^sha-?/, 'sha-') : 'sha-256';
    const node = await AS2Parser.parse(mime(request.rawHeaders, body));
    const terms = agreement({ form: 'SE', digest, receipt: 'sync' });
    terms.host.decrypt = /pkcs7-mime/i.test(request.headers['content-type']);
    const { contentNode, disposition } = await node.dispositionOut({ agreement: terms });
    const outcome = disposition.notification.disposition;
    const content = contentNode && contentNode.content;
    say({ received: {
      status: outcome.processed ? 'processed' : 'failed', fault: outcome.processed ? null : JSON.stringify(outcome) + disposition.explanation,
      message_id: node.messageId(), mic: disposition.notification.receivedContentMic,
      content: content ? crypto.createHash('sha256').update(content).digest('hex') : null
    } });
    if (!request.headers['disposition-notification-to']) {
      response.writeHead(200, { 'Content-Length': 0 });
      return response.end();
    }
    const receipt = await receiptOf(disposition, digest);
    const later = request.headers['receipt-delivery-option'];
    if (!later) {
      response.writeHead(200, { ...receipt.headers, 'Content-Length': receipt.body.length });
      return response.end(receipt.body);
    }
    response.writeHead(200, { 'Content-Length': 0 });
    response.end();
    say({ receipt_sent: { http: (await post(later.trim(), receipt.headers, receipt.body)).status } });
  } catch (fault) {
    say({ received: { fault: String(fault && fault.stack) } });
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}

async function send (wish) {
  const terms = agreement(wish);
  const message = { filename: 'order.x12', content: fs.readFileSync(wish.file), contentType: 'application/edi-x12', contentDisposition: false };
  const composed = await new AS2Composer({ message, agreement: terms, additionalHeaders: { Subject: 'order' } }).compile();
  const bytes = await composed.build(), end = bytes.indexOf('\r\n\r\n'), headers = {};
  for (const line of bytes.slice(0, end).toString('latin1').replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon)] = line.slice(colon + 1).trim();
  }
  if (wish.receipt === 'none') {
    for (const name of Object.keys(headers)) if (/^(disposition-notification|receipt-delivery)/i.test(name)) delete headers[name];
  }
  const answer = await post(options['gateway-url'], headers, bytes.slice(end + 4));
  const sent = { http: answer.status, message_id: headers['Message-ID'], mic: null };
  if (wish.receipt === 'none' || answer.status !== 200) return sent;
  const receipt = wish.receipt === 'async' ? receipts.shift() || await new Promise(resolve => waiting.push(resolve)) : answer;
  const node = await AS2Parser.parse(mime(receipt.rawHeaders, receipt.body));
  const disposition = await node.dispositionIn({ cert: pem('gateway-cert') });
  const outcome = disposition.notification.disposition, mic = disposition.notification.receivedContentMic;
  return {
    ...sent, status: outcome.processed && !outcome.description ? 'processed' : 'failed', detail: JSON.stringify(outcome),
    receipt_digest: 'verified', received_mic: mic && mic.mic
  };
}

http.createServer(receive).listen(Number(options.port), '127.0.0.1', () => {
  say({ ready: { product: 'libas2', version: require(path.join(home, 'package.json')).version } });
  const lines = readline.createInterface({ input: process.stdin });
  let last = Promise.resolve();
  lines.on('line', line => {
    last = last.then(() => send(JSON.parse(line))).then(sent => say({ sent }), fault => say({ sent: { fault: String(fault && fault.stack) } }));
  });
  lines.on('close', () => last.then(() => process.exit(0)));
});
