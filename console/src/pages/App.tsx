import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App as AntApp, ConfigProvider, Spin } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { lazy, Suspense, useEffect, useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/client/http'
import { useStream } from '@/client/live'
import { useRead } from '@/client/query'
import { StopBanner } from '@/rooms/reach/StopBanner'
import { DrillProvider } from '@/shell/drill'
import { Frame } from '@/shell/frame'
import { setToast, showFault } from '@/shell/notify'
import { go, usePlace } from '@/shell/router'
import { SessionContext } from '@/shell/session'
import { theme } from '@/shell/theme'
import { MetricsContext } from '@/ui/figure'
import { Fault, Nothing } from '@/ui/page'
import { LoginPage } from './LoginPage'

const StartPage = lazy(() => import('./StartPage'))
const OverviewPage = lazy(() => import('./OverviewPage'))
const CustomersPage = lazy(() => import('./CustomersPage'))
const CustomerPage = lazy(() => import('./CustomerPage'))
const SegmentsPage = lazy(() => import('./SegmentsPage'))
const SegmentPage = lazy(() => import('./SegmentPage'))
const OverlapPage = lazy(() => import('./OverlapPage'))
const TagsPage = lazy(() => import('./TagsPage'))
const OpportunitiesPage = lazy(() => import('./OpportunitiesPage'))
const CampaignsPage = lazy(() => import('./CampaignsPage'))
const CampaignPage = lazy(() => import('./CampaignPage'))
const CampaignEditPage = lazy(() => import('./CampaignEditPage'))
const CodesPage = lazy(() => import('./CodesPage'))
const CouponsPage = lazy(() => import('./CouponsPage'))
const CouponPage = lazy(() => import('./CouponPage'))
const PointsPage = lazy(() => import('./PointsPage'))
const TiersPage = lazy(() => import('./TiersPage'))
const LedgerPage = lazy(() => import('./LedgerPage'))
const StoredPage = lazy(() => import('./StoredPage'))
const ApprovalsPage = lazy(() => import('./ApprovalsPage'))
const GrantsPage = lazy(() => import('./GrantsPage'))
const OffersPage = lazy(() => import('./OffersPage'))
const OfferPage = lazy(() => import('./OfferPage'))
const OfferOrderPage = lazy(() => import('./OfferOrderPage'))
const GamesPage = lazy(() => import('./GamesPage'))
const MessagesPage = lazy(() => import('./MessagesPage'))
const ChannelsPage = lazy(() => import('./ChannelsPage'))
const PolicyPage = lazy(() => import('./PolicyPage'))
const ResultsPage = lazy(() => import('./ResultsPage'))
const IdentityPage = lazy(() => import('./IdentityPage'))
const DataPage = lazy(() => import('./DataPage'))
const SettingsPage = lazy(() => import('./SettingsPage'))

function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === 401
}

function onFault(error: unknown): void {
  if (isSignedOut(error)) {
    if (!window.location.hash.startsWith('#/login') && !window.location.hash.startsWith('#/start'))
      go('/login')
  } else showFault(error)
}

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (isSignedOut(error) || query.state.data !== undefined) onFault(error)
    },
  }),
  mutationCache: new MutationCache({ onError: onFault }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
    },
  },
})

export function App() {
  const { i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  useEffect(() => {
    dayjs.locale(isEnglish ? 'en' : 'zh-cn')
  }, [isEnglish])
  useEffect(() => {
    // Much of what a page shows was said by the server, in the language it was asked in. What is
    // under way for the first time would be taken for the new answer.
    const askAgain = () => void client.cancelQueries().then(() => client.invalidateQueries())
    i18n.on('languageChanged', askAgain)
    return () => i18n.off('languageChanged', askAgain)
  }, [i18n])
  return (
    <ConfigProvider
      locale={isEnglish ? enUS : zhCN}
      theme={theme}
      button={{ autoInsertSpace: false }}
    >
      <AntApp>
        <Toast />
        <QueryClientProvider client={client}>
          <Doors />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  )
}

function Toast() {
  const { message } = AntApp.useApp()
  useEffect(() => setToast(message), [message])
  return null
}

/** Before sign-in: the login and, on an empty system, the set-up. After it: the frame. */
function Doors() {
  const { parts } = usePlace()
  const setup = useRead('/v1/setup')
  const isNew = setup.data?.needed ?? false
  const atLogin = parts[0] === 'login'
  const me = useRead('/v1/me', { enabled: setup.data !== undefined && !isNew && !atLogin })
  useStream(me.data !== undefined && !atLogin)
  if (setup.error)
    return <Centre>{<Fault error={setup.error} again={() => void setup.refetch()} />}</Centre>
  if (!setup.data) return <Waiting />
  if (isNew)
    return (
      <Suspense fallback={<Waiting />}>
        <Centre>
          <StartPage />
        </Centre>
      </Suspense>
    )
  if (atLogin) return <LoginPage />
  if (me.data?.staff && me.data.unit)
    return (
      <SessionContext value={{ ...me.data, staff: me.data.staff, unit: me.data.unit }}>
        <Inside />
      </SessionContext>
    )
  if (me.error && isSignedOut(me.error)) return <LoginPage />
  if (me.error) return <Centre>{<Fault error={me.error} again={() => void me.refetch()} />}</Centre>
  return <Waiting />
}

function Inside() {
  const metrics = useRead('/v1/metrics')
  const dictionary = useMemo(
    () => Object.fromEntries((metrics.data?.items ?? []).map((metric) => [metric.code, metric])),
    [metrics.data],
  )
  return (
    <MetricsContext value={dictionary}>
      <DrillProvider>
        <Frame>
          <StopBanner />
          <Suspense fallback={<Waiting />}>
            <Here />
          </Suspense>
        </Frame>
      </DrillProvider>
    </MetricsContext>
  )
}

function Here() {
  const { t } = useTranslation()
  const { parts } = usePlace()
  const [room, second, third] = parts
  switch (room) {
    case undefined:
      return <OverviewPage />
    case 'start':
      return <StartPage />
    case 'customers':
      return second ? <CustomerPage key={second} id={second} /> : <CustomersPage />
    case 'segments':
      if (second === 'overlap') return <OverlapPage />
      return second ? <SegmentPage key={second} id={second} /> : <SegmentsPage />
    case 'tags':
      return <TagsPage />
    case 'opportunities':
      return <OpportunitiesPage />
    case 'campaigns':
      if (!second) return <CampaignsPage />
      if (second === 'new' || third === 'edit')
        return <CampaignEditPage key={second} id={second === 'new' ? null : second} />
      return <CampaignPage key={second} id={second} />
    case 'codes':
      return <CodesPage id={second} />
    case 'coupons':
      return second ? <CouponPage key={second} id={second} /> : <CouponsPage />
    case 'offers':
      if (second === 'orders') return <OfferOrderPage />
      if (!second || second === 'calendar' || second === 'sandbox')
        return <OffersPage tab={second} />
      return <OfferPage key={second} id={second} kind={third} />
    case 'points':
      return <PointsPage tab={second} />
    case 'tiers':
      return <TiersPage tab={second} />
    case 'stored':
      return <StoredPage tab={second} />
    case 'approvals':
      return <ApprovalsPage tab={second} />
    case 'grants':
      return <GrantsPage />
    case 'games':
      return <GamesPage key={second} id={second} />
    case 'ledger':
      return <LedgerPage tab={second} />
    case 'messages':
      return <MessagesPage tab={second} />
    case 'channels':
      return <ChannelsPage />
    case 'policy':
      return <PolicyPage tab={second} />
    case 'results':
      return <ResultsPage />
    case 'identity':
      return <IdentityPage tab={second} />
    case 'data':
      return <DataPage tab={second} />
    case 'settings':
      return <SettingsPage tab={second} />
    default:
      return <Nothing title={t('shell.nowhere')} />
  }
}

function Centre({ children }: { children: ReactNode }) {
  return <div className="centre">{children}</div>
}

function Waiting() {
  return (
    <div className="waiting">
      <Spin />
    </div>
  )
}
