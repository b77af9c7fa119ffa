import type { ReactNode } from 'react'
import { count } from './format'

export interface Piece {
  key: string
  name: string
  value: number
  colour: string
}

/** What a whole is made of, as one bar; each piece says its name and count. */
export function StackedBar({ pieces, label }: { pieces: Piece[]; label: string }) {
  const whole = pieces.reduce((sum, piece) => sum + piece.value, 0)
  return (
    <div
      className="stacked"
      role="img"
      aria-label={`${label}: ${pieces.map((piece) => `${piece.name} ${piece.value}`).join(', ')}`}
    >
      {pieces
        .filter((piece) => piece.value > 0)
        .map((piece) => (
          <span
            key={piece.key}
            title={`${piece.name} · ${count(piece.value)}`}
            style={{ width: `${(piece.value / whole) * 100}%`, background: piece.colour }}
          />
        ))}
    </div>
  )
}

/** The names of a bar's pieces with their counts. */
export function Pieces({ pieces, extra }: { pieces: Piece[]; extra?: ReactNode }) {
  return (
    <div className="pieces quiet">
      {pieces.map((piece) => (
        <span key={piece.key} className="num">
          <i style={{ background: piece.colour }} /> {piece.name} {count(piece.value)}
        </span>
      ))}
      {extra}
    </div>
  )
}
