/** A tiny line of one row's last days; the newest at the right. */
export function Spark({
  values,
  width = 110,
  height = 26,
}: {
  values: number[]
  width?: number
  height?: number
}) {
  if (values.length < 2) return <span className="quiet">–</span>
  const most = Math.max(...values, 1)
  const x = (index: number) => 2 + (index / (values.length - 1)) * (width - 6)
  const y = (value: number) => height - 3 - (value / most) * (height - 6)
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`)
  const last = values.length - 1
  return (
    <svg width={width} height={height} aria-hidden="true" className="spark">
      <polyline points={points.join(' ')} fill="none" stroke="#12706a" strokeWidth="1.4" />
      <circle cx={x(last)} cy={y(values[last] ?? 0)} r="2.4" fill="#d97a33" />
    </svg>
  )
}

/** Thin columns over an even time; the newest at the right. Each says its name and value. */
export function Columns({
  values,
  names,
  label,
}: {
  values: number[]
  names: string[]
  label: string
}) {
  const most = Math.max(...values, 1)
  return (
    <div>
      <div className="columns" role="img" aria-label={label}>
        {values.map((value, index) => (
          <span key={names[index]} className="column" title={`${names[index]} · ${value}`}>
            <span style={{ height: value ? `${Math.max(3, (value / most) * 100)}%` : 0 }} />
          </span>
        ))}
      </div>
      <div className="row between quiet num columns-ends">
        <small>{names[0]}</small>
        <small>{names.at(-1)}</small>
      </div>
    </div>
  )
}

/** Horizontal bars with a label and a value at the right. */
export function Bars({
  rows,
}: {
  rows: {
    key: string
    label: React.ReactNode
    value: number
    shown: React.ReactNode
    open?: () => void
  }[]
}) {
  const most = Math.max(...rows.map((row) => row.value), 1)
  return (
    <div className="bars">
      {rows.map((row) => (
        <div key={row.key} className="bar-row">
          <span className="bar-label" title={typeof row.label === 'string' ? row.label : undefined}>
            {row.label}
          </span>
          <span className="bar-track">
            <span
              className="bar-fill"
              style={{ width: row.value ? `${Math.max(1, (row.value / most) * 100)}%` : 0 }}
            />
          </span>
          {row.open ? (
            <button type="button" className="bar-value num opens" onClick={row.open}>
              {row.shown}
            </button>
          ) : (
            <span className="bar-value num">{row.shown}</span>
          )}
        </div>
      ))}
    </div>
  )
}
