import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const entries = ['index.html', 'associate.html', 'stage.html'].map(here).filter(existsSync)
const api = process.env.HUITOU_API ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': here('./src') } },
  server: {
    proxy: Object.fromEntries(['/v1', '/p', '/l', '/openapi.json'].map((path) => [path, api])),
  },
  build: {
    outDir: here('../src/huitou/webui'),
    emptyOutDir: true,
    manifest: true,
    target: ['chrome87', 'safari14'],
    chunkSizeWarningLimit: 1000,
    rollupOptions: { input: entries },
  },
  test: { include: ['tests/**/*.test.{ts,tsx}'], testTimeout: 30_000 },
})
