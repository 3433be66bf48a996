export default {
  'title': 'Log in',
  'name': 'Name',
  'password': 'Password',
  'submit': 'Log in',
  'wrong': 'Name or password is wrong.',
  'slow': 'Too many tries. {seconds, plural, =0 {Wait a moment} one {Wait # second} other {Wait # seconds}}.',
  'first.title': 'The first time here?',
  'first.text': 'At its first start the server told the password of <code>admin</code>: on its terminal, or in the file <code>first-login.txt</code> of the data folder. Lost? <code>darkroom users reset-password admin</code> on the server’s machine makes a new one.',
  'plain': 'This connection is plain HTTP: whoever listens on the way can read along.',
} as const;
