// Builds the page, and serves it while one works on it: `npm run dev` sends the API's addresses on to a running Darkroom (DARKROOM_URL).
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.DARKROOM_URL ?? 'http://127.0.0.1:8470';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // data: addresses are not allowed by the page's Content-Security-Policy
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    fs: { allow: ['..'] }, // examples/sample.jpg
    proxy: Object.fromEntries(['/api', '/openapi.json', '/docs', '/problems', '/readyz', '/livez', '/style.css'].map((path) => [path, { target: server, changeOrigin: false }])),
  },
});
