// Certificates made with openssl for this test: a CA, a server it signed, and a self-signed one without key identifiers.
import { describe, expect, test } from 'vitest';
import { readPem } from '../../../src/net/index.ts';

const server = `-----BEGIN CERTIFICATE-----
MIIBwDCCAWWgAwIBAgIUGxTbf1YMwZOXmfPxDL99WrJt0vgwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHU2hvcCBDQTAeFw0yNjExMjExMDA1MDBaFw0zNjExMTgxMDA1
MDBaMA8xDTALBgNVBAMMBHNob3AwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASe
8IYHP8bJpuTEUD0v+OW5Dxd5P5jPG2YjZsetW96pUow8McOWYxeRkvqoL0XF24KD
5EVUg0y2QybGCeXYTxW8o4GbMIGYMFYGA1UdEQRPME2CEHNob3AuZXhhbXBsZS5j
b22CEiouc2hvcC5leGFtcGxlLmNvbYYlc3BpZmZlOi8vY2x1c3Rlci5sb2NhbC9u
cy9zaG9wL3NhL3dlYjAfBgNVHSMEGDAWgBTHrMLJ9cP6Uced6KvY7WneopjGXjAd
BgNVHQ4EFgQU9bcVL7/FTpj1Qsy64j3spMHzXWgwCgYIKoZIzj0EAwIDSQAwRgIh
AKROAQ2/rxZ+wnojxS/ZwH1fnvSH8Ypp5rhqW8mfPin/AiEA1SaxrJsMAErrdBeW
FVa/Np1M78mp0Rqeukhd0fobO9w=
-----END CERTIFICATE-----
`;
const authority = `-----BEGIN CERTIFICATE-----
MIIBejCCAR+gAwIBAgIUGjGkUJ1QIapS/pcWKzOC7gEOHqUwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHU2hvcCBDQTAeFw0yNjExMjExMDA1MDBaFw0zNjExMTgxMDA1
MDBaMBIxEDAOBgNVBAMMB1Nob3AgQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQ/LZldqB3nw0JJLPrxZt9F97OMZsndLeWGIM97hksmDyn443YR66rZ1IWvnYrk
ofb6fnHBXNP4Q3dR+5pnUYT1o1MwUTAdBgNVHQ4EFgQUx6zCyfXD+lHHneir2O1p
3qKYxl4wHwYDVR0jBBgwFoAUx6zCyfXD+lHHneir2O1p3qKYxl4wDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA4kXH7TTMej6lrEydJ22uS6ecrnGQ
QY+LLv6/ut5H/iQCIQC0fruc0yLVtGxxzgFdn1gtC481SrluVZuClLntxQpXLg==
-----END CERTIFICATE-----
`;
const bare = `-----BEGIN CERTIFICATE-----
MIIBMzCB26ADAgECAhQh7ZU6eoxX6+htsd6jv8wgOnDLmTAKBggqhkjOPQQDAjAP
MQ0wCwYDVQQDDARiYXJlMCAXDTI2MTEyMTEwMDUwMFoYDzIwODEwODI0MTAwNTAw
WjAPMQ0wCwYDVQQDDARiYXJlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9U0h
1mQEUpVZE7snHU5Z4p3STs4guROMrwf36MzxrdHIZiwGp9442vRDK+rX26pZUhWl
Q4pxpihq7dTZ8x0fmqMTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNH
ADBEAiAxFbXPQaokPzAQhKt25VhAOt0VSlcUC/IkZjywbIrjsQIgeAHFDMBUSHhE
T8HpVoQGbtyTiZ3I8tvVKAZb8AmLm8Y=
-----END CERTIFICATE-----
`;

describe('a PEM text', () => {
  test('a certificate speaks for its alternative names and names who signed it', () => {
    const [certificate] = readPem(server) ?? [];
    const [root] = readPem(authority) ?? [];
    expect(certificate).toMatchObject({
      san: ['shop.example.com', '*.shop.example.com', 'spiffe://cluster.local/ns/shop/sa/web'],
      signer: 'c7acc2c9f5c3fa51c79de8abd8ed69dea298c65e',
    });
    expect(root).toMatchObject({ san: ['Shop CA'], key: certificate?.signer, signer: certificate?.signer });
  });

  test('without alternative names and key identifiers the names of subject and issuer stand in', () => {
    const [certificate] = readPem(bare) ?? [];
    expect(certificate).toMatchObject({ san: ['bare'] });
    expect(certificate?.signer).toBe(certificate?.key);
  });

  test('a chain is read in order', () => {
    expect(readPem(server + authority)?.map(({ san }) => san[0])).toEqual(['shop.example.com', 'Shop CA']);
  });

  test.each([
    ['no certificate', 'fake'],
    ['no base64', '-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----'],
    ['cut off', server.replace(/[A-Za-z0-9+/]{40}/, '')],
    ['another structure', '-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----'],
  ])('%s is none', (_, text) => {
    expect(readPem(text)).toBeUndefined();
  });
});
