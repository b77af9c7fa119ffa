import type { ReactNode } from 'react'

const shapes = {
  today: (
    <>
      <path d="M4 11.5 12 4l8 7.5" />
      <path d="M6.5 10v9.5h11V10" />
      <path d="M10 19.500v-5h4v5" />
    </>
  ),
  store: (
    <>
      <path d="M4 9.5 5.5 4h13L20 9.5" />
      <path d="M4 9.500a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0 2.7 2.7 0 0 0 5.3 0" />
      <path d="M5.5 12.500V20h13v-7.5" />
    </>
  ),
  tasks: (
    <>
      <path d="m4 12 16-8-5 16-3.5-6.500z" />
      <path d="M11.5 13.5 20 4" />
    </>
  ),
  book: (
    <>
      <circle cx="9.5" cy="8.5" r="3.5" />
      <path d="M3 20c.6-4 3-6 6.5-6s5.9 2 6.5 6" />
      <path d="M16 5.300a3.3 3.3 0 0 1 0 6.400M18 14.500c1.7.8 2.7 2.6 3 5.5" />
    </>
  ),
  money: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="m8.5 7.5 3.5 4.5 3.5-4.500M12 12v5M9 12.500h6M9 15h6" />
    </>
  ),
  scan: (
    <>
      <path d="M4 8.5V6a2 2 0 0 1 2-2h2.5M15.5 4H18a2 2 0 0 1 2 2v2.5M20 15.500V18a2 2 0 0 1-2 2h-2.5M8.5 20H6a2 2 0 0 1-2-2v-2.5" />
      <path d="M4.5 12h15" />
    </>
  ),
  clock: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7.500V12l3 2" />
    </>
  ),
  back: <path d="m14.5 5-7 7 7 7" />,
  next: <path d="m9.5 5.5 6.5 6.5-6.5 6.5" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  plus: <path d="M12 5v14M5 12h14" />,
  search: (
    <>
      <circle cx="11" cy="11" r="6.5" />
      <path d="m16 16 4 4" />
    </>
  ),
  qr: (
    <>
      <path d="M4.5 4.500h5.5v5.500H4.500zM14 4.500h5.500v5.500H14zM4.500 14h5.500v5.500H4.500z" />
      <path d="M14 14h2.200v2.200H14zM19.500 14v2.200M14 19.500h2.200M19 19v.500" />
    </>
  ),
  check: <path d="m5 12.5 4.5 4.500L19 7.5" />,
  bell: (
    <>
      <path d="M6.5 16.500V11a5.5 5.5 0 0 1 11 0v5.500l1.5 1.500H5z" />
      <path d="M10.5 20.500h3" />
    </>
  ),
  pen: <path d="m5 19 .8-4L16 4.800l3.2 3.200L9 18.200zM13.5 7.300l3.2 3.2" />,
  bulb: (
    <>
      <path d="M9 16.500c0-2-2.5-3-2.5-6.500a5.5 5.5 0 0 1 11 0c0 3.5-2.5 4.5-2.5 6.500z" />
      <path d="M10 20h4" />
    </>
  ),
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof shapes

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  )
}
