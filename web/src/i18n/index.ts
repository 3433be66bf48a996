export { area } from './words';
export type { Words } from './words';
export { useFormat } from './format';
export type { Format } from './format';
export { chosenLanguage, chosenZone, browserZone, languages } from './language';
export type { Language } from './language';
