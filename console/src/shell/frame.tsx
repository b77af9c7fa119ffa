import {
  AimOutlined,
  ApiOutlined,
  ApartmentOutlined,
  AuditOutlined,
  BookOutlined,
  BulbOutlined,
  CreditCardOutlined,
  CrownOutlined,
  DatabaseOutlined,
  GiftOutlined,
  HomeOutlined,
  IdcardOutlined,
  LineChartOutlined,
  LogoutOutlined,
  MailOutlined,
  MenuOutlined,
  PercentageOutlined,
  QrcodeOutlined,
  RedEnvelopeOutlined,
  SafetyOutlined,
  SendOutlined,
  SettingOutlined,
  StarOutlined,
  TagsOutlined,
  TeamOutlined,
  TrophyOutlined,
  WalletOutlined,
} from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Avatar, Button, Drawer, Dropdown, Grid, Layout, Menu, Segmented, Tooltip } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useIsLive } from '@/client/live'
import { useWrite } from '@/client/query'
import { Wordmark } from '@/ui/mark'
import { DemoTag } from './demo'
import { setLanguage, type Language } from './i18n'
import { go, usePlace } from './router'
import { SearchBox } from './search'
import { useMay, useMe } from './session'

interface Place {
  key: string
  icon: ReactNode
  needs: string
}

const places: (Place | { key: string; icon: ReactNode; inside: Place[] })[] = [
  { key: '', icon: <HomeOutlined />, needs: 'result.read' },
  { key: 'customers', icon: <TeamOutlined />, needs: 'customer.read' },
  { key: 'segments', icon: <ApartmentOutlined />, needs: 'segment.read' },
  { key: 'tags', icon: <TagsOutlined />, needs: 'customer.read' },
  { key: 'opportunities', icon: <BulbOutlined />, needs: 'customer.read' },
  { key: 'campaigns', icon: <AimOutlined />, needs: 'campaign.read' },
  { key: 'codes', icon: <QrcodeOutlined />, needs: 'codes.read' },
  {
    key: 'benefits',
    icon: <GiftOutlined />,
    inside: [
      { key: 'offers', icon: <PercentageOutlined />, needs: 'offer.read' },
      { key: 'coupons', icon: <CreditCardOutlined />, needs: 'benefit.read' },
      { key: 'points', icon: <StarOutlined />, needs: 'benefit.read' },
      { key: 'tiers', icon: <CrownOutlined />, needs: 'benefit.read' },
      { key: 'stored', icon: <WalletOutlined />, needs: 'benefit.read' },
      { key: 'grants', icon: <RedEnvelopeOutlined />, needs: 'benefit.read' },
      { key: 'games', icon: <TrophyOutlined />, needs: 'benefit.read' },
      { key: 'approvals', icon: <AuditOutlined />, needs: 'benefit.read' },
      { key: 'ledger', icon: <BookOutlined />, needs: 'benefit.read' },
    ],
  },
  {
    key: 'reach',
    icon: <SendOutlined />,
    inside: [
      { key: 'messages', icon: <MailOutlined />, needs: 'task.read' },
      { key: 'policy', icon: <SafetyOutlined />, needs: 'campaign.read' },
      { key: 'channels', icon: <ApiOutlined />, needs: 'setting.edit' },
    ],
  },
  { key: 'results', icon: <LineChartOutlined />, needs: 'result.read' },
  { key: 'identity', icon: <IdcardOutlined />, needs: 'customer.edit' },
  { key: 'data', icon: <DatabaseOutlined />, needs: 'import.write' },
  { key: 'settings', icon: <SettingOutlined />, needs: 'setting.edit' },
]

function Nav({ done }: { done?: () => void }) {
  const { t } = useTranslation()
  const { parts } = usePlace()
  const may = useMay()
  const itemOf = ({ key, icon }: { key: string; icon: ReactNode }) => ({
    key,
    icon,
    label: t(`shell.nav_${key || 'overview'}`),
  })
  return (
    <Menu
      theme="dark"
      mode="inline"
      selectedKeys={[parts[0] ?? '']}
      defaultOpenKeys={['benefits', 'reach']}
      onClick={({ key }) => {
        go(`/${key}`)
        done?.()
      }}
      items={places.flatMap((place) => {
        if (!('inside' in place)) return may(place.needs) ? [itemOf(place)] : []
        const children = place.inside.filter((one) => may(one.needs)).map(itemOf)
        return children.length > 0 ? [{ ...itemOf(place), children }] : []
      })}
    />
  )
}

/** Header, navigation and the page inside. */
export function Frame({ children }: { children: ReactNode }) {
  const isWide = Grid.useBreakpoint().lg ?? true
  const [isOpen, setOpen] = useState(false)
  return (
    <Layout className="frame">
      {isWide && (
        <Layout.Sider width={204} className="frame-side">
          <div className="frame-brand">
            <Wordmark isDark />
          </div>
          <Nav />
        </Layout.Sider>
      )}
      {!isWide && (
        <Drawer
          open={isOpen}
          onClose={() => setOpen(false)}
          placement="left"
          size={232}
          closable={false}
          styles={{ body: { padding: 0, background: '#0d4240' } }}
        >
          <div className="frame-brand">
            <Wordmark isDark />
          </div>
          <Nav done={() => setOpen(false)} />
        </Drawer>
      )}
      <Layout>
        <Head isWide={isWide} openNav={() => setOpen(true)} />
        <Layout.Content className="frame-page">{children}</Layout.Content>
      </Layout>
    </Layout>
  )
}

function Head({ isWide, openNav }: { isWide: boolean; openNav: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <Layout.Header className="frame-head">
      {!isWide && (
        <Button
          type="text"
          icon={<MenuOutlined />}
          aria-label={t('shell.menu')}
          onClick={openNav}
        />
      )}
      <div className="frame-where">
        <b>{me.merchant.name}</b>
        {me.is_demo && <DemoTag />}
        {isWide && <span className="quiet">{t('shell.scope', { unit: me.unit.name })}</span>}
      </div>
      <SearchBox />
      <LiveDot />
      {isWide && <LanguageSwitch />}
      <Person isWide={isWide} />
    </Layout.Header>
  )
}

function LiveDot() {
  const { t } = useTranslation()
  const isLive = useIsLive()
  return (
    <Tooltip title={t(isLive ? 'shell.live_hint' : 'shell.not_live_hint')}>
      <span className={`live ${isLive ? 'on' : 'off'}`}>
        <i /> <span>{t(isLive ? 'shell.live' : 'shell.not_live')}</span>
      </span>
    </Tooltip>
  )
}

export function LanguageSwitch() {
  const { i18n } = useTranslation()
  return (
    <Segmented<Language>
      size="small"
      value={i18n.language as Language}
      onChange={(next) => void setLanguage(next)}
      options={[
        { value: 'zh-CN', label: '中' },
        { value: 'en', label: 'EN' },
      ]}
    />
  )
}

function Person({ isWide }: { isWide: boolean }) {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const cache = useQueryClient()
  const leave = useWrite()
  return (
    <Dropdown
      menu={{
        items: [
          {
            key: 'who',
            disabled: true,
            label: `${me.staff.name} · ${t(`merchant.role_${me.staff.role}`)}`,
          },
          { key: 'start', label: t('shell.start') },
          { key: 'language', label: i18n.language === 'en' ? '切换到中文' : 'Switch to English' },
          { type: 'divider' },
          { key: 'leave', icon: <LogoutOutlined />, label: t('shell.leave') },
        ],
        onClick: ({ key }) => {
          if (key === 'start') go('/start')
          if (key === 'language') void setLanguage(i18n.language === 'en' ? 'zh-CN' : 'en')
          if (key === 'leave')
            leave.mutate(
              { to: 'DELETE /v1/session' },
              {
                onSuccess: () => {
                  cache.clear()
                  go('/login')
                },
              },
            )
        },
      }}
    >
      <button type="button" className="person">
        <Avatar size={30}>{me.staff.name.slice(0, 1)}</Avatar>
        {isWide && (
          <span>
            {me.staff.name}
            <small className="quiet">{t(`merchant.role_${me.staff.role}`)}</small>
          </span>
        )}
      </button>
    </Dropdown>
  )
}
