"""Who holds a parcel now."""
