// Uploads a file with tus-js-client: node tus-upload.cjs <endpoint> <token> <file> <name>
const fs = require('fs');
const tus = require('tus-js-client');

const [endpoint, token, file, name] = process.argv.slice(2);
let shown = -1;
const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint,
  uploadSize: fs.statSync(file).size,
  chunkSize: 8 << 20,
  retryDelays: Array(60).fill(500),
  metadata: { filename: name },
  onBeforeRequest(request) {
    // The token begins the upload; the upload's own URL needs none.
    if (request.getMethod() === 'POST') request.setHeader('Authorization', `Bearer ${token}`);
  },
  onShouldRetry: () => true,
  onProgress(sent, total) {
    const percent = Math.floor((10 * sent) / total);
    if (percent !== shown) console.log(`progress ${(shown = percent)}`);
  },
  onError(error) {
    console.log(`failed ${error}`);
    process.exit(1);
  },
  onSuccess() {
    console.log('done');
    process.exit(0);
  },
});
upload.start();
