// Why a rule applied, or why an alternative was not taken: one sentence per rule id, with the rule's parameters in braces.

export const reasons: Readonly<Record<string, string>> = {};
