export default {
  'title': 'Upload',
  'choose': 'Choose photos',
  'sent': '{count, plural, one {# photo} other {# photos}} sent',
} as const;
