// What a broken requirement says, for the list of requirements and for the proof.
import { sentences, type JudgedViolation } from '../../lesson/model/index.ts';
import { fill, type Language } from '../../text/index.ts';

/** What is wrong, in one sentence. */
export function violationText(language: Language, { sentence, params }: JudgedViolation): string {
  return fill(sentences[language][sentence], params);
}
