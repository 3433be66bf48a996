export default {
  'copy': 'Copy',
  'copied': 'Copied',
  'copy.failed': 'The browser did not allow copying. Select the text and copy it yourself.',
  'once': 'It is shown this once only. Whoever has it can use it: keep it where passwords are kept.',
  'done': 'I have kept it',
  'since': 'From',
  'until': 'Until',
  'sections': 'Sections',
} as const;
