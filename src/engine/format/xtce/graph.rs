//! Which references of a definition close a circle or go too deep, without recursion.

/// What became of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// It can be followed.
    Good,
    /// Following it leads back to where it stands.
    Circle,
    /// What it leads to is nested too deep.
    Deep,
}

/// Judges every edge, so that following only the good ones ends, at most `depth` steps below
/// any node. Also returns the nodes, those that others refer to first.
pub(super) fn judge(edges: &[Vec<usize>], depth: usize) -> (Vec<Vec<Edge>>, Vec<usize>) {
    let mut verdicts: Vec<Vec<Edge>> = edges.iter().map(|e| vec![Edge::Good; e.len()]).collect();
    let mut order = Vec::with_capacity(edges.len());
    let mut height = vec![0_usize; edges.len()];
    // 0 not seen, 1 on the way, 2 done.
    let mut state = vec![0_u8; edges.len()];
    let mut way: Vec<(usize, usize)> = Vec::new();
    for start in 0..edges.len() {
        if state[start] == 0 {
            state[start] = 1;
            way.push((start, 0));
        }
        while let Some((node, next)) = way.pop() {
            let Some(&to) = edges[node].get(next) else {
                let below = edges[node].iter().zip(&mut verdicts[node]);
                for (&to, verdict) in below.filter(|(_, v)| **v == Edge::Good) {
                    if height[to] + 1 > depth {
                        *verdict = Edge::Deep;
                    } else {
                        height[node] = height[node].max(height[to] + 1);
                    }
                }
                state[node] = 2;
                order.push(node);
                continue;
            };
            way.push((node, next + 1));
            match state[to] {
                0 => {
                    state[to] = 1;
                    way.push((to, 0));
                }
                1 => verdicts[node][next] = Edge::Circle,
                _ => {}
            }
        }
    }
    (verdicts, order)
}
