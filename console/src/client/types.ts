/** What the API answers, by noun. Amounts are fen, quantities thousandths, shares 0–1, times RFC 3339. */

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface UnitRef {
  id: string
  code: string
  name: string
}

export interface StaffRef {
  id: string
  code?: string
  name: string
}

export type UnitKind = 'headquarters' | 'brand' | 'region' | 'dealer' | 'store' | 'online'

export interface Unit extends UnitRef {
  kind: UnitKind
  path: string
  parent_id?: string | null
}

export type Role = 'headquarters' | 'region' | 'manager' | 'associate'

export interface Staff {
  id: string
  code: string
  name: string
  role: Role
  unit_id: string
  wecom_user: string | null
  login?: string | null
  is_active: boolean
  is_away: boolean
}

export interface Me {
  merchant: { id: string; name: string; zone: string }
  staff: Staff
  unit: Unit
  permissions: string[]
  is_demo: boolean
}

export interface DemoLogin {
  role: Role
  name: string
  unit: string
  login: string
}

export interface Demo {
  is_demo: boolean
  speed?: number
  is_paused?: boolean
  logins?: DemoLogin[]
}

export interface Metric {
  code: string
  title_zh: string
  title_en: string
  meaning_zh: string
  meaning_en: string
  source: string
}

export interface CustomerRow {
  id: string
  ordinal: number
  name: string | null
  phone: string | null
  gender: string | null
  home_unit: UnitRef | null
  associate: StaffRef | null
  joined_on: string | null
  last_seen_at: string
  source_channels: string[]
  tags: string[]
}

/** A row that only names its customer; the name is asked for separately. */
export interface CustomerKey {
  customer_id: string
  ordinal: number
}

export interface Total {
  customer_id: string
  order_count: number
  paid_fen: number
  refunded_fen: number
  first_paid_at: string
  last_paid_at: string
  stage: string
  r: number | null
  f: number | null
  m: number | null
}

export interface Totals {
  customer_id: string
  total: Total | null
  stage_zh: string | null
  stage_en: string | null
  categories: CategoryTotal[]
}

export interface CategoryTotal {
  category_code: string
  order_count: number
  quantity: number
  paid_fen: number
  first_paid_at: string
  last_paid_at: string
}

export interface Identifier {
  id: number
  kind: string
  scope: string
  value: string
  grade: string
  is_verified: boolean
  quarantine: string | null
  source: string
  linked_at: string
}

export interface Consent {
  channel: string
  purpose: string
  state: 'given' | 'withdrawn'
  at: string
}

export interface Customer {
  id: string
  ordinal: number
  merged_into: string | null
  state: 'live' | 'forgotten'
  created_at: string
  name: string | null
  gender: string | null
  birth_month: number | null
  home_unit: UnitRef | null
  associate: StaffRef | null
  owned_since: string | null
  joined_on: string | null
  last_seen_at: string | null
  no_profiling: boolean
  under_14: boolean
  source_channels: string[]
  identifiers: Identifier[]
  consents: Consent[]
  tags: { name: string; source: string; at: string }[]
  traits: Record<string, unknown>
}

/** Personal values in full; asking for them is audited. */
export interface Revealed {
  id: string
  name: string | null
  identifiers: { id: number; kind: string; scope: string; value: string }[]
}

export interface TimelineItem {
  position: number
  at: string
  type: string
  source: string
  title_zh: string
  title_en: string
  unit: UnitRef | null
  detail: Record<string, unknown> | null
}

export interface OrderLine {
  line_no: number
  sku: string
  product_name: string
  category_code: string
  quantity: number
  list_fen: number
  paid_fen: number
  refunded_fen: number
}

export interface Order {
  id: string
  order_no: string
  source: string
  unit_id: string
  unit_name: string
  customer_id: string | null
  paid_at: string
  paid_fen: number
  shipping_fen: number
  refunded_fen: number
  lines: OrderLine[]
}

export interface Evidence {
  kind: 'link' | 'merge' | 'move'
  id: string
  at: string
  position: number | null
  is_undone: boolean
  may_undo: boolean
  sentence_zh: string
  sentence_en: string
}

export interface WhyOne {
  customer_id: string
  members: number[]
  evidence: Evidence[]
}

/* Segments: the rule tree is CONTRACT's. */

export interface Window {
  last_days?: number
  from?: string
  to?: string
  ever?: true
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
      where?: { category?: string[]; unit?: string[] }
      window?: Window
      agg: 'count' | 'days_since_last'
      op: string
      value: number
    }
  | { kind: 'consent'; channel: string; purpose: string }
  | {
      kind: 'sequence'
      first: { type: string; where?: { category?: string[] } }
      then?: { type: string; where?: { category?: string[] } }
      then_not?: { type: string; where?: { category?: string[] } }
      within_days: number
      window?: Window
    }
  | { kind: 'segment'; id: string }
  | { kind: 'sample'; share: number; salt: string }

export type Node = Leaf | { not: Node } | { all: Node[] } | { any: Node[] }
export type Rule = { v: 1; all: Node[] } | { v: 1; any: Node[] }

export interface Segment {
  id: string
  name: string
  rule: Rule
  sentence: string
  version: number
  state: string
  member_count: number
  refreshed_at: string | null
  created_by?: string | null
}

export interface SegmentCount {
  count: number
  per_leaf: { path: string; count: number }[]
  reach: { wecom: number; sms: number }
  sample: string[]
  sentence: string
  as_of: string
  took_ms: number
}

export interface SegmentTemplate {
  key: string
  name: string
  name_en: string
  meaning: string
  meaning_en: string
  rule: Rule
}

export interface Worded {
  zh: string
  en: string
}

export interface TraitKind extends Worded {
  name: string
  type: 'number' | 'money' | 'days' | 'text' | 'choice' | 'flag' | 'set' | 'unit' | 'custom'
  ops: string[]
  choices: ({ value: string } & Worded)[]
}

export interface Vocabulary {
  kinds: ({ kind: string } & Worded)[]
  traits: TraitKind[]
  ops: ({ op: string } & Worded)[]
  aggs: ({ op: string } & Worded)[]
  event_types: string[]
  tags: string[]
}

export interface Explained {
  customer_id: string
  holds: boolean
  leaves: { path: string; holds: boolean; found: unknown; sentence: string }[]
  as_of: string
}

/* Opportunities and care tasks. */

export interface OpportunityKind {
  kind: string
  title_zh: string
  title_en: string
  meaning_zh: string
  meaning_en: string
  count: number
  expected_fen: number
}

export interface Product {
  sku: string
  name: string
  category_code: string
  category_name?: string
  price_fen: number | null
  picture?: string | null
}

export interface Opportunity {
  id: string
  kind: string
  customer_id: string
  customer_ordinal: number
  name: string | null
  associate_id: string | null
  unit_id: string | null
  category_code: string
  category_name: string
  category_name_en: string
  score_bp: number
  best_bp: number
  expected_fen: number
  reason_zh: string
  reason_en: string
  skus: string[]
  opened_at: string
  due_from: string
  due_to: string
  expires_at: string
  state: string
}

/** Exactly one of the first three; a category narrows an opportunity list. */
export interface Source {
  segment_id?: string | null
  rule?: Rule | null
  opportunity_kind?: string | null
  category?: string | null
}

export interface Fallback {
  text: string
  channel: 'sms'
  template?: string | null
  grace_minutes?: number | null
}

export interface NewCampaign {
  name: string
  source: Source
  goal: string
  copy: string
  product_mode: 'personal' | 'fixed' | 'none'
  skus: string[]
  deadline: string
  fallback: Fallback | null
  holdout_bp: number
  /** Decides who is held out; kept from the preview on, so that it shows the very control group. */
  salt: string
}

export type CampaignState = 'draft' | 'publishing' | 'live' | 'paused' | 'ended'

export interface Campaign extends NewCampaign {
  id: string
  kind: string
  state: CampaignState
  version: number
  created_by: string
  created_at: string
  published_at: string | null
  ended_at: string | null
  counts: CandidateCounts
}

export interface CandidateCounts {
  candidates: number
  pending: number
  treated: number
  holdout: number
  excluded: number
}

export interface ReasonCount {
  reason: string
  title_zh: string
  title_en: string
  count: number
}

export interface CampaignPreview {
  candidates: number
  treated: number
  held_out: number
  excluded: ReasonCount[]
  associates: number
  covered: number
  without_associate: number
  fallback_only: ReasonCount[]
  per_store: {
    unit_id: string
    code: string
    name: string
    tasks: number
    associates: { staff_id: string; name: string; tasks: number }[]
  }[]
  sample: {
    customer_id: string
    name: string | null
    associate: string
    store: string
    reason_zh: string
    reason_en: string
    copy: string
    skus: string[]
  }[]
  salt: string
}

export interface CampaignProgress {
  state: CampaignState
  share: number
  counts: CandidateCounts
  excluded: ReasonCount[]
  tasks: Record<string, number>
  messages: Record<string, number>
  reached: number
  associates: number
  associates_unsent: number
}

export interface Candidate {
  customer_id: string
  customer_ordinal: number
  name: string | null
  arm: 'pending' | 'treated' | 'holdout' | 'excluded'
  reason: string | null
  reason_zh: string | null
  reason_en: string | null
  associate_id: string | null
  task_id: string | null
  message_id: string | null
  at: string
}

export interface Task {
  id: string
  state: string
  title: string
  campaign_id: string | null
  customer: { id: string; ordinal: number; name: string | null; salutation: string }
  associate: StaffRef
  unit: UnitRef
  reason_zh: string
  reason_en: string
  copy: string
  code_zh: string | null
  code_en: string | null
  deadline: string
  created_at: string
  sent_at: string | null
}

export interface Message {
  id: string
  customer_id: string | null
  channel: string
  state: string
  staff_name: string | null
  unit_name: string | null
  campaign_id: string | null
  text: string | null
  is_test: boolean
  failure: string | null
  failure_text: string | null
  planned_at: string
  submitted_at: string | null
  delivered_at: string | null
  opened_at: string | null
}

/** Why a customer got, or did not get, a message. */
export interface Decision {
  id: string
  channel: string
  campaign_id: string | null
  outcome: string
  code: string | null
  text: string | null
  at: string
}

export interface Lift extends Incremental {
  treated_count: number
  holdout_count: number
  treated_mean_fen: number
  holdout_mean_fen: number
}

/* Results. */

export interface Figures {
  since: string
  until: string
  sales_fen: number
  orders: number
  customers: number
  new_customers: number
  tasks: number
  sent: number
  delivered: number
  opened: number
  bought: number
  credited_orders: number
  credited_fen: number
  commission_fen: number
}

export interface UnitFigures {
  unit_id: string
  code: string
  name: string
  kind: UnitKind
  sales_fen: number
  orders: number
  tasks: number
  sent: number
  delivered: number
  opened: number
  bought: number
  credited_fen: number
  commission_fen: number
  /** Net sales of each of the last 30 days, the newest last. */
  days?: number[]
}

export interface Incremental {
  incremental_fen: number | null
  low_fen: number | null
  high_fen: number | null
  verdict: 'proven' | 'harmful' | 'unproven'
  sentence_zh: string
  sentence_en: string
}

export interface Overview {
  as_of: string
  today: Figures
  week: Figures
  month: Figures
  series: { day: string; sales_fen: number; orders: number; credited_fen: number }[]
  units: UnitFigures[]
  campaigns: {
    campaign_id: string
    name: string
    published_at: string
    credited_fen: number
    lift: Lift
  }[]
  incremental: Incremental
}

export type Stage = 'tasks' | 'sent' | 'delivered' | 'opened' | 'bought'

export interface ResultRow {
  unit_id: string | null
  unit_name: string | null
  staff_id: string | null
  staff_name: string | null
  tasks: number
  sent: number
  delivered: number
  opened: number
  bought: number
  orders: number
  amount_fen: number
  commission_fen: number
}

export interface Results {
  rows: ResultRow[]
  total: ResultRow
  incremental: Incremental
  lift: Lift | null
}

/** One customer (and order) behind a number. */
export interface Behind {
  customer_id: string | null
  ordinal: number | null
  name: string | null
  unit_id: string | null
  staff_id: string | null
  order_no: string | null
  amount_fen: number | null
  at: string
}

/* Data and settings. */

export type ImportKind = 'orders' | 'customers' | 'products' | 'staff' | 'units'

export interface Import {
  id: string
  kind: ImportKind
  file_name: string
  is_dry_run: boolean
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  total: number | null
  done: number
  accepted: number
  duplicates: number
  failed: number
  reason: string | null
  created_at: string
  finished_at: string | null
}

export interface ImportField {
  name: string
  title: string
  is_required: boolean
}

/** A file looked at: its headings, a guess which is which, and its first rows. */
export interface Inspected {
  headers: string[]
  mapping: Record<string, string>
  missing: string[]
  sample: Record<string, string>[]
}

export interface Lag {
  head: number
  streams: { name: string; position: number; behind: number; moved_at: string | null }[]
}

export interface SetAside {
  stream: string
  position: number
  event_type: string
  source: string
  event_id: string
  reason: string
  at: string
}

/** Pairwise shares 0–1 against the demo's truth; null when there was nothing to judge. */
export interface IdentityQuality {
  precision: number | null
  recall: number | null
  recall_linkable: number | null
  identifiers: number
}

export interface ApiKey {
  id: string
  name: string
  prefix: string
  permissions: string[]
  created_at: string
  expires_at: string | null
  revoked_at: string | null
}

export interface Channel {
  kind: string
  title: string
  state: 'ready' | 'missing'
  is_simulated: boolean
  changed_at: string | null
  schema: JsonSchema
  config: Record<string, unknown>
}

export interface JsonSchema {
  title?: string
  title_en?: string
  description?: string
  description_en?: string
  type?: string
  format?: string
  writeOnly?: boolean
  default?: unknown
  enum?: unknown[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  anyOf?: JsonSchema[]
}

export interface Setting {
  key: string
  title: string
  type: string
  default: unknown
  value: unknown
  from_unit: Unit | null
  is_set: boolean
  is_locked: boolean
  version: number
}

export interface AuditLine {
  id: string
  at: string
  principal: string
  verb: string
  subject: string
  detail: Record<string, unknown> | null
}

export interface Setup {
  needed: boolean
}
