import type { Kind } from './document'

const ink = '#0d4240'
const teal = '#12706a'
const soft = '#cfe3e0'
const warm = '#d97a33'

type Piece = 'full' | 'half' | 'free' | 'small'

const rows: Partial<Record<Kind, Piece[]>> = {
  nth: ['full', 'half'],
  buy_get: ['full', 'full', 'free'],
  bundle: ['full', 'full', 'full'],
  add_on: ['full', 'small'],
  piece_fold: ['full', 'full', 'full'],
}

/** What a kind of offer does, drawn: pieces, what of them is paid, and where it begins. */
export function Picture({ kind }: { kind: Kind }) {
  return (
    <svg viewBox="0 0 96 56" className="offer-picture" aria-hidden="true">
      <Drawing kind={kind} />
    </svg>
  )
}

function Drawing({ kind }: { kind: Kind }) {
  const row = rows[kind]
  if (row) return <Pieces kind={kind} row={row} />
  if (['off', 'every', 'fold', 'gift', 'shipping'].includes(kind)) return <Ladder kind={kind} />
  return <PriceTag kind={kind} />
}

function Pieces({ kind, row }: { kind: Kind; row: Piece[] }) {
  const step = 24
  const left = (96 - row.length * step + 4) / 2
  return (
    <>
      {row.map((piece, at) => {
        const x = left + at * step
        const size = piece === 'small' ? 14 : 20
        const y = 38 - size
        return (
          <g key={at}>
            <rect x={x} y={y} width={size} height={size} rx="3" fill={soft} />
            {piece === 'full' && <rect x={x} y={y} width={size} height={size} rx="3" fill={teal} />}
            {piece === 'half' && (
              <rect x={x} y={y + size / 2} width={size} height={size / 2} rx="2" fill={warm} />
            )}
            {(piece === 'free' || piece === 'small') && (
              <rect
                x={x + 0.75}
                y={y + 0.75}
                width={size - 1.5}
                height={size - 1.5}
                rx="3"
                fill="#fff"
                stroke={warm}
                strokeWidth="1.5"
                strokeDasharray={piece === 'free' ? '3 2' : undefined}
              />
            )}
          </g>
        )
      })}
      {kind === 'bundle' && (
        <path d={`M${left} 43 v4 h68 v-4`} fill="none" stroke={warm} strokeWidth="1.6" />
      )}
      {kind === 'piece_fold' && <rect x={left} y="43" width="50" height="5" rx="2.5" fill={warm} />}
      {kind === 'add_on' && (
        <text x={left + 34} y="50" fontSize="11" fill={warm} textAnchor="middle">
          +¥
        </text>
      )}
    </>
  )
}

/** Sums that have to be reached: one step, many, with what then comes. */
function Ladder({ kind }: { kind: Kind }) {
  const steps = kind === 'every' ? [22, 44, 66] : [58]
  return (
    <>
      <rect x="10" y="34" width="76" height="7" rx="3.5" fill={soft} />
      <rect x="10" y="34" width={kind === 'every' ? 68 : 60} height="7" rx="3.5" fill={teal} />
      {steps.map((x) => (
        <g key={x}>
          <path d={`M${x + 10} 28 v19`} stroke={warm} strokeWidth="1.6" />
          <Mark kind={kind} x={x + 10} />
        </g>
      ))}
    </>
  )
}

function Mark({ kind, x }: { kind: Kind; x: number }) {
  if (kind === 'gift')
    return (
      <g stroke={warm} strokeWidth="1.5" fill="#fff">
        <rect x={x - 8} y="13" width="16" height="12" rx="2" />
        <path d={`M${x} 13 v12 M${x - 8} 17 h16 M${x} 13 c-6 -7 -9 0 0 0 c9 0 6 -7 0 0`} />
      </g>
    )
  if (kind === 'shipping')
    return (
      <g stroke={warm} strokeWidth="1.5" fill="#fff">
        <rect x={x - 12} y="12" width="14" height="10" rx="1.5" />
        <path d={`M${x + 2} 15 h6 l4 4 v3 h-10 z`} />
        <circle cx={x - 7} cy="23" r="2.2" />
        <circle cx={x + 6} cy="23" r="2.2" />
      </g>
    )
  return (
    <text x={x} y="22" fontSize="11" fontWeight="600" fill={warm} textAnchor="middle">
      {kind === 'fold' ? '%' : '−¥'}
    </text>
  )
}

/** A price tag, with what makes its price another one. */
function PriceTag({ kind }: { kind: Kind }) {
  return (
    <>
      <path
        d="M22 18 h34 a4 4 0 0 1 4 4 v16 a4 4 0 0 1 -4 4 h-34 l-10 -12 z"
        fill={soft}
        stroke={teal}
        strokeWidth="1.5"
      />
      <circle cx="22" cy="30" r="2.4" fill="#fff" stroke={teal} />
      <text x="41" y="35" fontSize="14" fontWeight="600" fill={ink} textAnchor="middle">
        ¥
      </text>
      <path d="M32 36 l18 -11" stroke={warm} strokeWidth="1.8" />
      <g stroke={warm} strokeWidth="1.6" fill="none" strokeLinecap="round" strokeLinejoin="round">
        {kind === 'member' && <path d="M68 38 v-14 l5 5 4 -8 4 8 5 -5 v14 z" fill="#fcf1e6" />}
        {kind === 'limited' && (
          <>
            <circle cx="77" cy="30" r="9" fill="#fcf1e6" />
            <path d="M77 25 v5 l4 3" />
          </>
        )}
        {kind === 'flash' && <path d="M79 18 l-8 14 h6 l-2 10 9 -14 h-6 z" fill="#fcf1e6" />}
        {kind === 'group' && (
          <>
            <circle cx="73" cy="26" r="3.6" fill="#fcf1e6" />
            <circle cx="83" cy="26" r="3.6" fill="#fcf1e6" />
            <path d="M67 39 c0 -8 12 -8 12 0 M77 39 c0 -8 12 -8 12 0" />
          </>
        )}
        {kind === 'channel' && (
          <>
            <rect x="69" y="19" width="15" height="23" rx="3" fill="#fcf1e6" />
            <path d="M75 38 h3" />
          </>
        )}
      </g>
    </>
  )
}
