import { useState } from 'react'
import { usePages } from '@/client/query'
import type { Query } from '@/client/http'
import { MessageDrawer } from './MessageDrawer'
import { MessageTable } from './MessageTable'
import './reach.css'

/** The messages of one customer or campaign, on their own page. */
export function Messages({ query }: { query: Query }) {
  const pages = usePages('/v1/messages', { query })
  const [open, setOpen] = useState<string | undefined>()
  return (
    <>
      <MessageTable pages={pages} show={setOpen} />
      {open && <MessageDrawer id={open} close={() => setOpen(undefined)} />}
    </>
  )
}
