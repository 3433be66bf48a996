// Colours of classes over photos: bright ones, which stand out from each other and from most photos, the same in light and dark.
const palette = ['#ff5d47', '#21b8ff', '#ffd02e', '#5fe07a', '#c77dff', '#ff9838', '#2ee6c8', '#ff6fb5', '#9ccc2f', '#8fa6ff', '#f2a7a0', '#62d8ff'] as const;

export const colourOf = (label: string, labels: readonly string[]): string => palette[Math.max(0, labels.indexOf(label)) % palette.length]!;

export const leftColour = '#21b8ff';
export const rightColour = '#ffb02e';
