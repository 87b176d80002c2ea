// Uploads a file with tus-js-client, whatever happens on the way:
//   node tus-upload.cjs <endpoint> <token> <file> <name> <parts>
const fs = require('fs');
const tus = require('tus-js-client');

const [endpoint, token, file, name, parts] = process.argv.slice(2);
const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint,
  ...(parts > 1 ? { parallelUploads: Number(parts) } : { uploadSize: fs.statSync(file).size }),
  chunkSize: Infinity,
  retryDelays: Array(300).fill(200),
  metadata: { filename: name },
  onBeforeRequest(request) {
    // The token begins the upload; the upload's own URL needs none.
    if (request.getMethod() === 'POST') request.setHeader('Authorization', `Bearer ${token}`);
  },
  onAfterResponse(request, response) {
    const offset = response.getHeader('Upload-Offset');
    console.log(`${request.getMethod()} ${response.getStatus()} ${offset === undefined ? '-' : offset}`);
  },
  onShouldRetry: () => true,
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
