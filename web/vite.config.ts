// The page: built into web/dist, which the API serves. In development Vite serves it and hands /api and /auth
// to a service on CELESTE_URL (default: the one `npm start` runs).
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const service = process.env.CELESTE_URL ?? 'http://localhost:3000';
// The service takes changes from its own page only, and this is it, on another port.
const toService = { target: service, headers: { origin: service } };

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
  server: { port: 5173, proxy: { '/api': toService, '/auth': toService } },
});
