import type * as T from './types'

/** Every GET the console makes, by path template: what it answers. */
export interface Reads {
  '/v1/me': T.Me
  '/v1/demo': T.Demo
  '/v1/setup': T.Setup
  '/v1/metrics': T.Page<T.Metric>
  '/v1/overview': T.Overview
  '/v1/results': T.Results
  '/v1/results/customers': T.Page<T.Behind>
  '/v1/customers': T.Page<T.CustomerRow>
  '/v1/customers/{id}': T.Customer
  '/v1/customers/{id}/timeline': T.Page<T.TimelineItem>
  '/v1/customers/{id}/orders': T.Page<T.Order>
  '/v1/customers/{id}/totals': T.Totals
  '/v1/customers/{id}/why-one': T.WhyOne
  '/v1/orders': T.Page<T.Order>
  '/v1/totals': T.Page<T.Totals>
  '/v1/categories': { items: { code: string; name: string; name_en: string }[] }
  '/v1/products': T.Page<T.Product>
  '/v1/segments': T.Page<T.Segment>
  '/v1/segments/{id}': T.Segment
  '/v1/segments/{id}/customers': T.Page<T.CustomerKey>
  '/v1/segments/vocabulary': T.Vocabulary
  '/v1/segments/templates': { items: T.SegmentTemplate[] }
  '/v1/opportunities/kinds': T.OpportunityKind[]
  '/v1/opportunities': T.Page<T.Opportunity>
  '/v1/campaigns': T.Page<T.Campaign>
  '/v1/campaigns/{id}': T.Campaign
  '/v1/campaigns/{id}/progress': T.CampaignProgress
  '/v1/campaigns/{id}/candidates': T.Page<T.Candidate>
  '/v1/campaigns/{id}/lift': T.Lift
  '/v1/tasks': T.Page<T.Task>
  '/v1/customers/{id}/decisions': T.Page<T.Decision>
  '/v1/messages': T.Page<T.Message>
  '/v1/units': { items: T.Unit[] }
  '/v1/staff': { items: T.Staff[] }
  '/v1/imports': T.Page<T.Import>
  '/v1/imports/{id}': T.Import
  '/v1/imports/fields': { items: T.ImportField[] }
  '/v1/lag': T.Lag
  '/v1/set-aside': T.Page<T.SetAside>
  '/v1/demo/identity-quality': T.IdentityQuality
  '/v1/api-keys': { items: T.ApiKey[] }
  '/v1/channels': { items: T.Channel[] }
  '/v1/settings': { items: T.Setting[] }
  '/v1/audit': T.Page<T.AuditLine>
}

/** The paths whose answer is a cursor page, and what stands in it. */
export type ItemOf<K extends keyof Reads> = Reads[K] extends T.Page<infer I> ? I : never
export type PagedPath = {
  [K in keyof Reads]: Reads[K] extends T.Page<unknown> ? K : never
}[keyof Reads]
