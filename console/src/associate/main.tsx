import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { isPassing } from './http'
import { loadWords } from './words'
import './base.css'
import './screens.css'

const root = document.getElementById('root')
if (!root) throw new Error('associate.html has no #root')
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 4 && isPassing(error),
      retryDelay: (count) => 500 * 2 ** count,
    },
  },
})
void loadWords().then(() => {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
})
