// Icons, drawn here: 20 by 20, lines of 1.6. They are decoration, and hidden from those who listen; words say what a thing is.
const shapes = {
  images: 'M3 5.5A1.5 1.5 0 0 1 4.5 4h11A1.5 1.5 0 0 1 17 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5zM3.5 14l4-4 3 3 2.5-2.5 3.5 3.5M12.5 8h.01',
  upload: 'M10 13V4M6.5 7.5 10 4l3.5 3.5M3.5 13v1.5A1.5 1.5 0 0 0 5 16h10a1.5 1.5 0 0 0 1.5-1.5V13',
  queues: 'M4 5.5h12M4 10h8M4 14.5h5M15 12v5M13 14.5h4',
  failures: 'M10 3.5 17.5 16h-15zM10 8.5v3.5M10 14h.01',
  workers: 'M4.5 4h11v4.5h-11zM4.5 11.5h11V16h-11zM7 6.25h.01M7 13.75h.01',
  models: 'M10 3l6 3.5v7L10 17l-6-3.5v-7zM4.2 6.6 10 10l5.8-3.4M10 10v6.8',
  schedules: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.2l2.8 1.8',
  webhooks: 'M7 13.5 9.2 9a3 3 0 1 1 3.3-1.2M12.5 7.5l2.4 4a3 3 0 1 1-2.6 3M12.3 14.5H7.6a3 3 0 1 1-2.9-3',
  users: 'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 16.5c.4-3 2.3-4.5 5-4.500s4.6 1.5 5 4.500M13 9.500a2.5 2.5 0 1 0-.6-4.900M14.5 12.200c1.7.5 2.7 1.9 3 4.3',
  tokens: 'M12.5 11.5a4 4 0 1 0-3.8-2.700L3.5 14v2.500H6V15h1.500v-1.500H9l1.2-1.200c.7.3 1.5.2 2.3-.8zM13.5 6.500h.01',
  audit: 'M6 3h6l3.5 3.500V17H6a1.5 1.5 0 0 1-1.5-1.500v-11A1.5 1.5 0 0 1 6 3zM7.5 9h5M7.5 12h5M7.5 6H9',
  settings: 'M4 6h7M15 6h1M4 14h1M9 14h7M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  alerts: 'M10 3a4.5 4.5 0 0 0-4.5 4.500V11L4 13.500h12L14.5 11V7.500A4.5 4.5 0 0 0 10 3zM8.3 16.300a2 2 0 0 0 3.4 0',
  search: 'M9 14.500a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4',
  close: 'M5 5l10 10M15 5 5 15',
  check: 'M4 10.500l4 4 8-9',
  down: 'M5 7.500l5 5 5-5',
  up: 'M5 12.500l5-5 5 5',
  left: 'M12.5 5l-5 5 5 5',
  right: 'M7.5 5l5 5-5 5',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  menu: 'M3.5 5.500h13M3.5 10h13M3.5 14.500h13',
  retry: 'M15.5 8a6 6 0 1 0 .3 4M16 4v4h-4',
  trash: 'M4 5.500h12M8 5.500V4h4v1.500M5.5 5.500l.7 10.500h7.600l.7-10.500M8.5 8.500v5M11.5 8.500v5',
  edit: 'M12.5 4.500l3 3L7 16H4v-3z',
  download: 'M10 4v9M6.5 9.5 10 13l3.5-3.500M3.5 15.500h13',
  flag: 'M5 17V3.500h9.500L12.5 7l2 3.500H5',
  filter: 'M3.5 4.500h13l-5 6V16l-3-1.500v-4z',
  pause: 'M7 4.500v11M13 4.500v11',
  play: 'M6.5 4.500v11l9-5.500z',
  plus: 'M10 4v12M4 10h12',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  external: 'M11 4h5v5M16 4l-7 7M13 11.500V16H4V7h4.5',
  user: 'M10 10a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3.5 17c.6-3.4 3-5 6.5-5s5.9 1.6 6.5 5',
  sun: 'M10 13.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2.500v1.500M10 16v1.500M2.5 10H4M16 10h1.500M4.7 4.700l1 1M14.3 14.300l1 1M4.7 15.300l1-1M14.3 5.700l1-1',
  moon: 'M16 11.500A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.500z',
  help: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM8 8a2 2 0 1 1 2.8 1.800c-.5.3-.8.7-.8 1.400M10 13.700h.01',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9.500v4M10 6.700h.01',
  globe: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM3 10h14M10 3c2 2 3 4.4 3 7s-1 5-3 7c-2-2-3-4.4-3-7s1-5 3-7z',
  logout: 'M8 4H4.500v12H8M9 10h8M14 7l3 3-3 3',
  keyboard: 'M3 6h14v8.500H3zM6 9h.01M9 9h.01M12 9h.01M6.5 12h7',
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={1.6} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}
