// Package chassis has the ways to run components together, or one after the other,
// that are more than a graph's links: Kamaelia's Carousel, Seq, PAR, TPipe, With and
// TTL. Its Graphline is axon.Graph, its Pipeline is axon.Pipeline, and a Prefab is a
// function that returns one of them.
package chassis
