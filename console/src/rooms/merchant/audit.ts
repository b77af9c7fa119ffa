/** Pages of single things, by the kind the log has them under; `id` stands for which one. */
const PLACES: Record<string, string> = {
  approval: '/approvals',
  batch: '/codes',
  campaign: '/campaigns/id',
  categories: '/policy',
  channel: '/settings/channels',
  code: '/codes/id',
  coupon: '/coupons/id',
  customer: '/customers/id',
  export: '/data/exports',
  game: '/games/id',
  grant: '/grants',
  identifier: '/identity/quarantine',
  import: '/data',
  item: '/points/mall',
  key: '/settings/keys',
  merchant: '/settings',
  messages: '/messages',
  offer: '/offers/id',
  points_plan: '/points',
  policy: '/policy',
  run: '/identity/rule',
  segment: '/segments/id',
  setting: '/settings/settings',
  staff: '/settings/staff',
  stored_plan: '/stored/plan',
  suppression: '/policy/lists',
  tag: '/tags',
  tier_plan: '/tiers/plan',
}

/** Where a thing of the log is to be seen; nothing for one that no page shows. */
export function placeOf(kind: string, id: string): string | undefined {
  return PLACES[kind]?.replace(/id$/, encodeURIComponent(id))
}
