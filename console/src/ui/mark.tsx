/** The wordmark: an arrow that goes out and turns back. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#12706a" />
      <path
        d="M7 11.5h11.5a6 6 0 0 1 0 12H12"
        stroke="#fff"
        strokeWidth="3"
        strokeLinecap="round"
      />
      <path
        d="m15.5 19-4.5 4.5 4.5 4.5"
        stroke="#f0a35e"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

export function Wordmark({ size = 28, isDark = false }: { size?: number; isDark?: boolean }) {
  return (
    <span
      className="wordmark"
      style={{ color: isDark ? '#fff' : '#0d4240', fontSize: size * 0.68 }}
    >
      <Mark size={size} />
      <b>回头</b>
      <small>Huitou</small>
    </span>
  )
}
