// Package health has the handler that tells a load balancer whether the server
// takes requests.
package health
