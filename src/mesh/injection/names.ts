// What those know of an injected pod who do not inject it.

export const initContainerName = 'istio-init';
/** In its place where istio-cni writes the rules: checks that they are there. */
export const validationContainerName = 'istio-validation';

/** Comma-separated numbers or names. */
export function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
