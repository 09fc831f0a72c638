// The door of the certificates: fetched when somebody opens their panel, not with the page.
export { certificateAxis, CertificateReader } from './certificates.ts';
export type {
  Holding,
  HoldingMark,
  HoldingNow,
  HoldingSign,
  HoldingSpan,
  HoldingState,
  Validity,
} from './certificates.ts';
