import type { components } from './schema'

/**
 * What the API answers, under the names the console uses: all from its description. Amounts are
 * fen, quantities thousandths, times RFC 3339. Written out here is only what the description
 * leaves open: the rule tree and the forms of channels.
 */

type Schemas = components['schemas']

export interface Page<T> {
  items: T[]
  next: string | null
}

export type UnitRef = Schemas['UnitRef']
export type StaffRef = Schemas['huitou__associate__types__StaffRef']
export type Unit = Schemas['Unit']
export type NewUnit = Schemas['UnitBody']
export type Staff = Schemas['Staff']
export type Role = Staff['role']
export type NewStaff = Schemas['StaffBody']
/** A person's session; only machines have neither staff nor unit. */
export type Me = Schemas['Me'] & { staff: Staff; unit: Unit }
export type Login = Schemas['Login']
export type NewMerchant = Schemas['Setup']
export type Metric = Schemas['Metric']

export type CustomerRow = Schemas['CustomerRow']
export type Customer = Schemas['CustomerDetail']
export type Identifier = Schemas['IdentifierRow']
export type Consent = Schemas['Consent']
/** Personal values in full; asking for them is audited. */
export type Revealed = Schemas['Revealed']
export type TimelineItem = Schemas['TimelineItem']
export type Evidence = Schemas['Evidence']
export type TagRow = Schemas['TagRow']
export type TagRecommendation = Schemas['Recommendation']
/** A row that only names its customer; the name is asked for separately. */
export type CustomerKey = Schemas['Member']

export type Totals = Schemas['CustomerTotals']
export type Order = Schemas['Order']
export type OrderLine = Schemas['OrderLine']
export type Product = Schemas['Product']

/* Segments. */

export interface Window {
  last_days?: number
  from?: string
  to?: string
  ever?: true
}

export interface EventWhere {
  category?: string[]
  sku?: string[]
  unit?: string[]
}

export interface EventMatch {
  type: string
  where?: EventWhere
}

export type Leaf =
  | {
      kind: 'purchase'
      where?: { category?: string[]; unit?: string[]; sku?: string[]; channel?: string[] }
      window?: Window
      agg: 'count' | 'sum_fen' | 'quantity' | 'days_since_last'
      op: string
      value: number | number[]
    }
  | { kind: 'trait'; name: string; op: string; value?: unknown }
  | { kind: 'tag'; name: string }
  | {
      kind: 'event'
      type: string
      where?: EventWhere
      window?: Window
      agg: 'count' | 'days_since_last'
      op: string
      value: number
    }
  | { kind: 'consent'; channel: string; purpose: string }
  | {
      kind: 'sequence'
      first: EventMatch
      then?: EventMatch
      then_not?: EventMatch
      within_days: number
      window?: Window
    }
  /** The n-th event of a type, over all there ever was, from the first or, below 0, from the last. */
  | { kind: 'nth'; type: string; n: number; where?: EventWhere; window?: Window }
  /** The anniversary falls on a day from `from_days` to `to_days` days from today; below 0 is past. */
  | {
      kind: 'anniversary'
      of: 'joined' | 'first_paid'
      from_days: number
      to_days: number
      /** Which one; any where it lacks. */
      years?: number
    }
  | { kind: 'segment'; id: string }
  | { kind: 'sample'; share: number; salt: string }

export type Node = Leaf | { not: Node } | { all: Node[] } | { any: Node[] }
export type Rule = { v: 1; all: Node[] } | { v: 1; any: Node[] }

export type Segment = Schemas['Segment']
export type SegmentCount = Schemas['Count']
export type SizeHistory = Schemas['SizeHistory']
export type SegmentHistory = Schemas['History']
export type Overlap = Schemas['Overlap']
/** Members of a segment as a file. */
export type Export = Schemas['Export']
export type TraitKind = Schemas['TraitKind']
export interface Worded {
  zh: string
  en: string
}

/* Opportunities, campaigns, care tasks. */

export type Opportunity = Schemas['Shown']
/** Exactly one of the first three; a category narrows an opportunity list. */
export type Source = Schemas['SourceBody']
/** The salt decides who is held out; kept from the preview on, so that it shows the very group. */
export type NewCampaign = Omit<
  Schemas['PlanBody'],
  'copy' | 'deadline' | 'fallback' | 'steps' | 'holdout_bp' | 'salt' | 'skus'
> & {
  steps: CampaignStep[]
  holdout_bp: number
  salt: string
  skus: string[]
}
export type CampaignStep = Campaign['steps'][number]
export type CampaignProgress = Schemas['Progress']
export type Campaign = Schemas['Campaign']
export type CampaignState = Campaign['state']
export type CampaignPreview = Schemas['Preview']
export type CampaignEstimate = Schemas['Estimate']
export type Candidate = Schemas['CandidateRow']
export type Task = Schemas['TaskShown']
export type Message = Schemas['MessageRow']
export type MessageDetail = Schemas['MessageDetail']
export type Notification = Schemas['Notification']
/** Why a customer got, or did not get, a message. */
export type Decision = Schemas['DecisionRow']

/* Results. */

export type Figures = Schemas['Figures']
export type UnitFigures = Schemas['UnitFigures']
/** What was added, of one campaign or of many. */
export type Incremental = Omit<Schemas['Incremental'], 'campaigns'>
export type Overview = Schemas['Overview']
export type Stage = 'tasks' | 'sent' | 'delivered' | 'opened' | 'bought'
export type ResultRow = Schemas['ResultRow']
/** One customer (and order) behind a number. */
export type Behind = Schemas['Behind']

/* Benefits. */

/** Everything a coupon template says. */
export type CouponPromise = Schemas['Promise-Output']
export type CouponTemplate = Schemas['TemplateShown']
export type CouponState = CouponTemplate['state']
export type Coupon = Schemas['CouponShown']
export type CodeBatch = Schemas['CodeBatch']
export type PointsPlan = Required<Schemas['PointsPlan']>
export type PointsPlanVersion = Schemas['PointsPlanVersion']
export type MallItem = Schemas['MallItem']
export type MallExchange = Schemas['huitou__benefit__types__points__Exchange']
export type TierPlan = Schemas['TierPlan']
export type TierPlanVersion = Schemas['PlanVersion']
export type TierRun = Schemas['huitou__benefit__types__tiers__Run']

/** A transaction of the ledger with all its legs. */
export type LedgerTransaction = Schemas['TransactionShown']
export type Holding = Schemas['Holding360']

export type Approval = Schemas['Approval']
export type Adjustment = Schemas['Adjustment']
export type Recharge = Schemas['Recharge']
export type StoredPlan = Schemas['StoredPlan']
export type StoredPlanVersion = Schemas['StoredPlanVersion']
export type Grant = Schemas['GrantShown']
export type Game = Schemas['Game']
export type GamePlay = Schemas['Play']

/* Offers. */

/** Which products; nothing named is everything. */
export type Goods = Schemas['huitou__offer__types__documents__Goods']
/** Everything an offer says. */
export type OfferDocument = Schemas['OfferDocument']
export type OfferTerms = OfferDocument['terms']
export type OfferTier = Schemas['Tier']
export type Gift = Schemas['Gift']
export type Offer = Schemas['OfferShown']
export type OfferPreview = Schemas['OfferPreview']
export type OfferVersion = Schemas['OfferVersion']
/** A cart as it is asked about, and what it costs. */
export type Cart = Schemas['BestBody']
export type Priced = Schemas['Priced']
export type PricedStep = Schemas['ShownStep']
export type Unused = Schemas['Unused']
export type Suggestion = Schemas['Suggestion']
/** What an offer would do, looked at before it is published. */
export type OfferCheck = Schemas['OfferCheckShown']
export type OfferLowPrice = Schemas['LowPrice']
/** What an order cost, as it was kept. */
export type OfferOrder = Schemas['OrderShown']

/* Data and settings. */

export type Import = Schemas['Import']
export type ImportKind = Import['kind']
export type ImportField = Schemas['FieldShown']
/** A file looked at: its headings, a guess which is which, and its first rows. */
export type Inspected = Schemas['Inspected']
export type Lag = Schemas['Lag']
export type DataHealth = Schemas['DataHealth']
export type SetAside = Schemas['SetAside']
export type ApiKey = Schemas['ApiKey']
export type NewApiKey = Schemas['KeyBody']
export type Channel = Schemas['ChannelShown']
export type CallbackHealth = Schemas['CallbackHealth']
export type Setting = Schemas['SettingInForce']
export type AuditLine = Schemas['AuditShown']
export type AuditVerb = Schemas['VerbShown']

/** The part of JSON schema that a channel's form is drawn from. */
export interface JsonSchema {
  title?: string
  title_en?: string
  description?: string
  description_en?: string
  type?: string
  format?: string
  writeOnly?: boolean
  default?: unknown
  is_long?: boolean
  enum?: unknown[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  anyOf?: JsonSchema[]
}

/* Reach. */

export type ContactPolicy = Schemas['ContactPolicy']
export type ContactCap = Schemas['Cap']
export type ContactQuiet = Schemas['QuietHours']
export type PolicyShown = Schemas['PolicyShown']
export type ReachStop = Schemas['Stop']
export type SuppressionList = Schemas['SuppressionList']
export type MessageCategory = Schemas['MessageCategory']
/** What a policy would have done to messages that went. */
export type PolicyReplayed = Schemas['huitou__reach__types__policies__Replayed']

/* Contact-way codes. */

export type ContactCode = Schemas['CodeShown']
export type ContactCodeIn = Schemas['CodeIn']
export type ContactCodeKind = Schemas['Code']['kind']
export type ContactCodeStanding = Schemas['Code']['standing']
export type ContactCodeBatch = Schemas['Batch']
export type ContactCodeNumbers = Schemas['Numbers']
export type ContactCodeDay = Schemas['DayNumbers']
