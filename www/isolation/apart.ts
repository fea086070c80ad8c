/** Whether a page of the site stands in frames of other sites, or loads from there, so that it is left as the host sends it. */
export function isApart(page: string, site: string): boolean {
  return /^(embed|examples)\//.test(page.slice(site.length));
}
