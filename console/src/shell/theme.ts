import type { ThemeConfig } from 'antd'

export const colour = {
  ink: '#0d4240',
  teal: '#12706a',
  tealSoft: '#e3f0ee',
  warm: '#d97a33',
  warmSoft: '#fcf1e6',
  up: '#c8402f',
  down: '#2b8a57',
  paper: '#f6f5f1',
  line: '#e8e6df',
  text: '#1d2b2a',
  quiet: '#6d7a78',
}

export const theme: ThemeConfig = {
  token: {
    colorPrimary: colour.teal,
    colorInfo: colour.teal,
    // The palettes that are made of so dark a colour begin with greys.
    colorPrimaryBg: colour.tealSoft,
    colorPrimaryBgHover: '#d3e7e4',
    colorInfoBg: colour.tealSoft,
    colorInfoBorder: '#b7d7d3',
    colorLink: colour.teal,
    colorSuccess: colour.down,
    colorWarning: colour.warm,
    colorError: colour.up,
    colorTextBase: colour.text,
    colorBgLayout: colour.paper,
    colorBorderSecondary: colour.line,
    borderRadius: 8,
    motion: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    fontFamily: 'var(--font)',
  },
  components: {
    Layout: { siderBg: colour.ink, headerBg: '#ffffff', bodyBg: colour.paper },
    Menu: {
      darkItemBg: colour.ink,
      darkSubMenuItemBg: colour.ink,
      darkItemSelectedBg: 'rgba(255,255,255,0.12)',
      darkItemColor: 'rgba(255,255,255,0.72)',
      itemHeight: 38,
    },
    Table: { headerBg: '#fbfaf7', headerSplitColor: 'transparent', cellPaddingBlock: 12 },
    Card: { headerFontSize: 15 },
  },
}
