// Header values with Envoy's variables: `%NAME%`, `%NAME(argument)%` or `%NAME(["argument", ...])%`; `%%` stands for a percent sign.
// Source: istio/istio:pkg/config/validation/header_value_validator.go at 86c9f01fd735. What a variable is called is not looked at.

type Place = 'literal' | 'name' | 'arguments' | 'text' | 'list-text' | 'after-text' | 'close' | 'end';

export function isHeaderValue(value: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u0008\u000A-\u001F\u007F]/.test(value)) return false;
  let place: Place = 'literal';
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (place === 'literal') {
      if (character !== '%') continue;
      if (value[at + 1] === '%') at += 1;
      else if (at + 1 === value.length) return false;
      else place = 'name';
    } else if (place === 'text' && character === '\\') {
      at += 1;
      if (at === value.length) return false;
    } else {
      const next = after(place, character);
      if (next === undefined) return false;
      place = next;
    }
  }
  return place === 'literal';
}

/** The place that follows a character, or undefined where it may not stand. Spaces may stand between. */
function after(place: Place, character: string): Place | undefined {
  switch (place) {
    case 'literal':
      return place;
    case 'name':
      return character === '%' ? 'literal' : character === '(' ? 'arguments' : place;
    case 'arguments':
      return character === '[' ? 'list-text' : character === ' ' ? place : 'text';
    case 'text':
      return character === ')' ? 'end' : character === '"' ? 'after-text' : place;
    case 'list-text':
      return character === '"' ? 'text' : character === ' ' ? place : undefined;
    case 'after-text':
      if (character === ',') return 'list-text';
      return character === ']' ? 'close' : character === ' ' ? place : undefined;
    case 'close':
      return character === ')' ? 'end' : character === ' ' ? place : undefined;
    case 'end':
      return character === '%' ? 'literal' : character === ' ' ? place : undefined;
  }
}
