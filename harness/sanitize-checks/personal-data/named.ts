const BIRTHDAY = '(birth_?(day|date)|date_of_birth|dob)';

/** At the end of a name: what is meant is the value itself, not a switch or a setting about it. */
const PERSON = new RegExp(
  `(^|_)(e_?mail|email_address|phone|phone_number|mobile|fax|street2?|first_?name|last_?name|full_?name|sur_?name|maiden_?name|given_?name|contact_?name|customer_?name|employee_?name|patient_?name|passport(_?(no|number|id))?|ssn|social_security(_?(no|number))?|national_id|nationality|religion|iban|acc(ount)?_?holder|tax_?id|fiscal_code|codice_fiscale|licen[cs]e_plate|${BIRTHDAY})$`,
  'i',
);

/** Whether a text column of this name holds something about a person and nothing else. */
export function isNamedLikeAPerson(name: string): boolean {
  return PERSON.test(name);
}

/** Likewise a date. */
export function isNamedLikeABirthday(name: string): boolean {
  return new RegExp(`(^|_)${BIRTHDAY}$`, 'i').test(name);
}
