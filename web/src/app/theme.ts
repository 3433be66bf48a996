// Light or dark: as the system has it, or as the reader chose.
import { stored } from './stored';

export type Theme = 'system' | 'light' | 'dark';

export const chosenTheme = stored<Theme>('darkroom.theme', () => 'system', (value): value is Theme => value === 'system' || value === 'light' || value === 'dark');

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

applyTheme(chosenTheme.get());
