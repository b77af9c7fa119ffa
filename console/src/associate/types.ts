/** What the phone reads, from the API's description. Amounts are fen, times RFC 3339. */
import type { components } from '@/client/schema'

type Schemas = components['schemas']

export type Task = Schemas['TaskShown']
export type DismissReason = Schemas['Dismiss']['reason']
export type TaskProduct = Schemas['ProductRef']
export type ContactCode = Schemas['CodeShown']
export type Home = Schemas['Home']
export type Money = Schemas['Money']
/** What one credited order earns; `amount_fen - reversed_fen` is what counts. */
export type CommissionLine = Schemas['ShownLine']
export type Message = Schemas['MessageRow']
export type CustomerTotals = Schemas['CustomerTotals']
export type Opportunity = Schemas['Shown']
export type StaffTasks = Schemas['StaffTasks']
export type AssociatePrice = Schemas['AssociatePrice']
export type AtCounter = Schemas['AtCounter']
export type OfflineKit = Schemas['OfflineKit']
export type MemberLink = Schemas['MemberLink']
export type PaymentShown = Schemas['PaymentShown']
export type Priced = Schemas['Priced']
export type Quote = Schemas['Quote']
export type Recharged = Schemas['Recharged']
export type Redeemed = Schemas['Redeemed']
export type Synced = Schemas['Synced']
export type StoreToday = Schemas['StoreToday']
