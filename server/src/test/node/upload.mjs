// Uploads a file through Waybill with nothing but the .proto files, a gRPC client and fetch.
//   node upload.mjs HOST:PORT FOLDER-OF-THE-PROTO-FILES FILE [PART-SIZE]
// Prints the completed upload as JSON. Sends the token in WAYBILL_TOKEN, if there is one.
import { createHash, randomUUID } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [address, protoFolder, path, partSize] = process.argv.slice(2);
const definition = loader.loadSync('waybill/v1/upload_service.proto', {
  includeDirs: [protoFolder], longs: Number, enums: String, defaults: true,
});
const { UploadService } = grpc.loadPackageDefinition(definition).waybill.v1;
const client = new UploadService(address, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
if (process.env.WAYBILL_TOKEN) metadata.set('authorization', `Bearer ${process.env.WAYBILL_TOKEN}`);
const call = (name) => promisify((request, done) => client[name](request, metadata, done));
const [start, sign, report, complete] =
  ['StartUpload', 'SignParts', 'ReportPart', 'Complete'].map(call);

const file = await open(path);
const { size } = await stat(path);
const { upload } = await start({
  requestId: randomUUID(),
  filename: basename(path),
  contentType: 'application/octet-stream',
  sizeBytes: size,
  mode: partSize ? 'UPLOAD_MODE_MULTIPART' : 'UPLOAD_MODE_AUTO',
  partSizeBytes: Number(partSize ?? 0),
  checksumAlgorithm: 'CHECKSUM_ALGORITHM_SHA256',
});

async function bytesOf(partNumber) {
  const offset = (partNumber - 1) * upload.partSizeBytes;
  const part = Buffer.alloc(Math.min(upload.partSizeBytes, size - offset));
  await file.read(part, 0, part.length, offset);
  return part;
}

for (let n = 1; n <= upload.partCount; n++) {
  const body = await bytesOf(n);
  const checksum = createHash('sha256').update(body).digest();
  const { parts: [signed] } = await sign({
    uploadId: upload.uploadId, parts: [{ partNumber: n, checksum }],
  });
  const { method, url, headers } = signed;
  const response = await fetch(url, { method, headers, body });
  if (!response.ok) throw new Error(`S3 answered ${response.status} to part ${n}`);
  await report({
    uploadId: upload.uploadId,
    partNumber: n,
    etag: response.headers.get('etag'),
    sizeBytes: body.length,
    checksum,
  });
}

const completed = await complete({ uploadId: upload.uploadId });
console.log(JSON.stringify(completed.upload));
await file.close();
client.close();
