import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { loadWords } from './words'
import './base.css'
import './screens.css'

const root = document.getElementById('root')
if (!root) throw new Error('associate.html has no #root')
void loadWords().then(() => {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
})
