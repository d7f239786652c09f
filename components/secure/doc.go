// Package secure has TLS: certificates from files, the component that watches
// them, and the one that makes a connection secure before anything else is said
// on it.
package secure
