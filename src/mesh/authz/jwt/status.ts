// What can be wrong with a token, in the words Envoy answers a refused request with. Source: google/jwt_verify_lib:src/status.cc.

export const jwtMissed = 'Jwt is missing';
export const jwtUnknownIssuer = 'Jwt issuer is not configured';
export const audienceNotAllowed = 'Audiences in Jwt are not allowed';

export type JwtStatus =
  | typeof jwtMissed
  | typeof jwtUnknownIssuer
  | typeof audienceNotAllowed
  | 'Jwt is expired'
  | 'Jwt not yet valid'
  | 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections'
  | 'Jwt header is an invalid Base64url encoded'
  | 'Jwt header is an invalid JSON'
  | 'Jwt header [alg] field is required and must be a string'
  | 'Jwt header [alg] is not supported'
  | 'Jwt header [kid] field is not a string'
  | 'Jwt payload is an invalid Base64url encoded'
  | 'Jwt payload is an invalid JSON'
  | `Jwt payload [${string}] field is not a string`
  | `Jwt payload [${string}] field is not an integer`
  | `Jwt payload [${string}] field is not a positive 64 bit integer`
  | 'Jwt payload [aud] field is not a string or string list'
  | 'Jwt signature is an invalid Base64url encoded'
  | 'Jwt verification fails'
  | "Jwks doesn't have any valid public key"
  | "Jwks doesn't have key to match kid or alg from Jwt"
  | 'Jwks remote fetch is failed';
