import type { ReactNode } from 'react'

/** How a message looks in the customer's WeCom chat. */
export function Bubble({
  from,
  children,
  card,
}: {
  from: string
  children: ReactNode
  card?: ReactNode
}) {
  return (
    <div className="chat">
      <div className="chat-avatar">{from.slice(0, 1)}</div>
      <div className="chat-body">
        <small className="quiet">{from}</small>
        <div className="chat-bubble">{children}</div>
        {card && <div className="chat-card">{card}</div>}
      </div>
    </div>
  )
}
