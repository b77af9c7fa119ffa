/** What the phone reads. Amounts are fen, times RFC 3339. */
import type { StaffRef, UnitRef } from '@/client/types'

export type TaskState =
  | 'open'
  | 'awaiting_confirmation'
  | 'sent'
  | 'dismissed'
  | 'blocked'
  | 'failed'
  | 'expired'
  | 'fallback'
  | 'closed_by_purchase'
  | 'cancelled'

export type DismissReason = 'contacted_elsewhere' | 'not_suitable' | 'customer_declined' | 'other'

export interface CustomerRef {
  id: string
  ordinal: number
  name: string | null
  salutation: string
}

export interface TaskProduct {
  sku: string
  name: string
  category_name: string
  price_fen: number | null
}

export interface Task {
  id: string
  state: TaskState
  title: string
  campaign_id: string | null
  opportunity_id: string | null
  customer: CustomerRef
  associate: StaffRef
  unit: UnitRef
  reason_zh: string
  reason_en: string
  copy: string
  skus: string[]
  message_id: string | null
  code: string | null
  code_zh: string | null
  code_en: string | null
  deadline: string
  created_at: string
  sent_at: string | null
  closed_at: string | null
  urged_at: string | null
  version: number
  products: TaskProduct[]
}

export interface Home {
  staff: StaffRef
  store: UnitRef
  is_away: boolean
  month: { target_fen: number; sales_fen: number; gap_fen: number; orders: number }
  today: { sales_fen: number; orders: number; customers: number }
  tasks: { open: number; awaiting: number; sent: number; closed: number }
}

export interface Earned {
  sales_fen: number
  commission_fen: number
  orders: number
  customers: number
}

export interface Money {
  staff_id: string
  today: Earned
  month: Earned
  balance_fen: number
}

/** What one credited order earns; `amount_fen - reversed_fen` is what counts. */
export interface CommissionLine {
  id: string
  credit_id: string
  staff_id: string
  staff_name: string
  order_id: string
  order_no: string
  message_id: string
  customer_id: string | null
  unit_name: string
  rate_bp: number
  base_fen: number
  refunded_fen: number
  amount_fen: number
  reversed_fen: number
  state: 'pending' | 'settleable' | 'reversed'
  at: string
}

export interface Message {
  id: string
  task_id: string | null
  state: string
  text: string
  submitted_at: string | null
  delivered_at: string | null
  opened_at: string | null
}

export interface CustomerTotals {
  customer_id: string
  total: {
    order_count: number
    paid_fen: number
    last_paid_at: string
    stage: string
  } | null
  stage_zh: string | null
  stage_en: string | null
  categories: { category_code: string; order_count: number }[]
}

export interface Opportunity {
  id: string
  category_name: string
  category_name_en: string
  reason_zh: string
  reason_en: string
  skus: string[]
}

export interface StaffTasks {
  staff_id: string
  name: string
  is_away: boolean
  urged_at: string | null
  open: number
  awaiting: number
  sent: number
  closed: number
}

export interface StoreToday {
  unit_id: string
  code: string
  name: string
  sales_fen: number
  orders: number
  customers: number
  tasks: { open: number; awaiting: number; sent: number; associates: StaffTasks[] }
  staff: { staff_id: string; credited_fen: number; credited_orders: number }[]
}
