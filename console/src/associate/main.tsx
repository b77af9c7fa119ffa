import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { loadWords } from './words'
import './styles/base.css'
import './styles/overlay.css'
import './styles/login.css'
import './styles/home.css'
import './styles/task.css'
import './styles/book.css'
import './styles/money.css'
import './styles/store.css'
import './styles/counter.css'
import './styles/codes.css'

const root = document.getElementById('root')
if (!root) throw new Error('associate.html has no #root')
void loadWords().then(() => {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
})
