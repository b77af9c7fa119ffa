const R = 44
const ROUND = 2 * Math.PI * R

/** The month's goal as a ring; full and more than full look full. */
export function Ring({ share }: { share: number }) {
  const part = Math.max(0, Math.min(1, share))
  return (
    <svg
      className="ring"
      viewBox="0 0 104 104"
      role="img"
      aria-label={`${Math.floor(share * 100)}%`}
    >
      <defs>
        <linearGradient id="glow" x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stopColor="#ffd9a8" />
          <stop offset="1" stopColor="#ee8f45" />
        </linearGradient>
      </defs>
      <circle cx="52" cy="52" r={R} fill="none" stroke="rgba(255,255,255,.13)" strokeWidth="9" />
      <circle
        className="ring-part"
        cx="52"
        cy="52"
        r={R}
        fill="none"
        stroke="url(#glow)"
        strokeWidth="9"
        strokeLinecap="round"
        strokeDasharray={`${part * ROUND} ${ROUND}`}
        transform="rotate(-90 52 52)"
        opacity={part > 0 ? 1 : 0}
      />
      <text x="52" y="60" textAnchor="middle">
        {Math.floor(share * 100)}
        <tspan>%</tspan>
      </text>
    </svg>
  )
}
