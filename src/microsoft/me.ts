// https://learn.microsoft.com/en-us/graph/api/user-get
import type { Graph } from './graph-client.ts';
import { asObject, asText } from './read.ts';

export type Me = {
  id: string | null;
  mail: string | null;
  userPrincipalName: string | null;
  displayName: string | null;
};

/** Who the token speaks for. @throws GraphError */
export async function getMe(graph: Graph): Promise<Me> {
  const me = asObject(
    await graph.json({ path: '/me?$select=id,mail,userPrincipalName,displayName', timeoutMs: 15_000 }),
  );
  return {
    id: asText(me.id),
    mail: asText(me.mail),
    userPrincipalName: asText(me.userPrincipalName),
    displayName: asText(me.displayName),
  };
}
