// A certificate for localhost, made once: official clients insist on https.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generate } from 'selfsigned';

export type Certificate = { key: string; cert: string };

/** @param directory where `certificate.json` is kept; null makes one for this run */
export async function loadCertificate(directory: string | null): Promise<Certificate> {
  const path = directory === null ? null : join(directory, 'certificate.json');
  if (path && existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Certificate;
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 5 * 365 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const certificate = { key: made.private, cert: made.cert };
  if (path && directory !== null) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path, JSON.stringify(certificate), { mode: 0o600 });
  }
  return certificate;
}
