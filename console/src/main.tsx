import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from '@/pages/App'
import { startLanguage } from '@/shell/i18n'
import '@/ui/base.css'
import '@/ui/parts.css'
import '@/ui/data.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
void startLanguage().then(() => {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
})
